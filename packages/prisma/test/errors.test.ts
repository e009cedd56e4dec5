// One line per line of the tables in docs/adapters/prisma.md: what each version of Prisma and each driver says about the same event.
import type { Verdict } from '@cb/core/kit';
import { describe, expect, it } from 'vitest';
import { errorVerdict } from '../src/errors.ts';

type Line = [what: string, error: unknown];

const version = { clientVersion: '7.10.0' };
/** Prisma's own error, with its code. */
const known = (code: string, meta: object = {}, message = ''): object => ({
  ...version,
  name: 'PrismaClientKnownRequestError',
  code,
  meta,
  message,
});
/** Prisma's own error around one of the driver's. P2010: of a raw query; P2039: of any other, from 7.9 on. */
const wrapped = (code: string, cause: object): object =>
  known(code, { driverAdapterError: { name: 'DriverAdapterError', cause } });
/** The driver's error as it is, which Prisma 6 and 7 before 7.9 give out. */
const bare = (cause: object): object => ({ name: 'DriverAdapterError', message: '', cause });
const postgres = (originalCode: string, message = ''): object => ({
  kind: 'postgres',
  originalCode,
  message,
});
const mysql = (code: number): object => ({ kind: 'mysql', code, originalCode: String(code) });
const sqlite = (extendedCode: number | string, message = ''): object => ({
  kind: 'sqlite',
  extendedCode,
  message,
});
const plain = (message: string, code?: string): Error => Object.assign(new Error(message), code && { code });
const own = (name: string, fields: object = {}): object => ({ ...version, name, message: '', ...fields });

const FAILURES: Line[] = [
  ['refused, 7 and 6, a query of a model', known('P1001')],
  ['refused, raw', wrapped('P2010', { kind: 'DatabaseNotReachable', host: '127.0.0.1', port: 5432 })],
  ['refused, 5', known('ECONNREFUSED')],
  ['refused, 5, at the begin of a transaction', plain('connect ECONNREFUSED 127.0.0.1:5432', 'ECONNREFUSED')],
  ['refused, native engines of 5 and 6', own('PrismaClientInitializationError', { errorCode: 'P1001' })],
  ['the client has no engine', own('PrismaClientInitializationError')],
  ['the engine has crashed', own('PrismaClientRustPanicError')],
  ['no such host', known('ENOTFOUND')],
  ['name service down', known('EAI_AGAIN')],
  ['no route', known('EHOSTUNREACH')],
  ['the socket timed out', known('ETIMEDOUT')],
  ['the socket broke, MariaDB', known('EPIPE')],
  ['reset', known('ECONNRESET')],
  ['killed in the middle of a query', plain('Connection terminated unexpectedly')],
  ['killed in a transaction', plain('Client has encountered a connection error and is not queryable')],
  [
    'killed, in 5 and 6',
    own('PrismaClientUnknownRequestError', { message: 'Connection terminated unexpectedly' }),
  ],
  ['connection closed', known('P1017')],
  ['connection closed, raw', wrapped('P2010', { kind: 'ConnectionClosed' })],
  ['stopped in the middle of a query', wrapped('P2039', postgres('57P01'))],
  ['stopped, raw', wrapped('P2010', postgres('57P01'))],
  ['stopped, raw, in 5', known('P2010', { code: '57P01' })],
  ['stopped, in 6', bare(postgres('57P01'))],
  ['crashed', wrapped('P2039', postgres('57P02'))],
  ['still starting', wrapped('P2010', postgres('57P03'))],
  ['pool exhausted', plain('timeout exceeded when trying to connect')],
  ['pool exhausted, native engines', known('P2024', { connection_limit: 1 })],
  ['pool exhausted, MariaDB', wrapped('P2039', mysql(45028))],
  [
    'no connection for a transaction in time',
    known('P2028', {}, 'Transaction API error: Unable to start a transaction in the given time.'),
  ],
  ['new connection to a frozen server', plain('Connection terminated due to connection timeout')],
  ['black hole, with query_timeout', plain('Query read timeout')],
  ['timed out', known('P1008')],
  ['timed out while connecting', known('P1002')],
  ['timed out, raw', wrapped('P2010', { kind: 'SocketTimeout' })],
  ['statement_timeout', wrapped('P2039', postgres('57014'))],
  ['statement_timeout, raw, 5', known('P2010', { code: '57014' })],
  ['idle in transaction for too long', wrapped('P2039', postgres('25P03'))],
  ['too many connections', known('P2037')],
  ['too many connections, raw', wrapped('P2010', { kind: 'TooManyConnections', cause: '' })],
  ['too many connections, 6', bare({ kind: 'TooManyConnections', cause: '' })],
  ['disk full', wrapped('P2039', postgres('53100'))],
  ['out of memory', wrapped('P2010', postgres('53200'))],
  ['input/output error', wrapped('P2039', postgres('58030'))],
  ['internal error', wrapped('P2039', postgres('XX000'))],
  ['damaged', wrapped('P2039', postgres('XX001'))],
  ['connection failure', wrapped('P2039', postgres('08006'))],
  ['wrong password', known('P1000')],
  ['wrong password, raw', wrapped('P2010', { kind: 'AuthenticationFailed', user: 'cb' })],
  ['no such database', known('P1003')],
  ['no such database, raw', wrapped('P2010', { kind: 'DatabaseDoesNotExist', db: 'cb' })],
  ['access denied', known('P1010')],
  ['access denied, raw', wrapped('P2010', { kind: 'DatabaseAccessDenied', db: 'cb' })],
  ['no TLS', known('P1011')],
  ['no TLS, raw', wrapped('P2010', { kind: 'TlsConnectionError', reason: '' })],
  ['MariaDB closed the socket', wrapped('P2010', mysql(45009))],
  ['MariaDB’s socketTimeout', wrapped('P2039', mysql(45026))],
  ['MariaDB’s queryTimeout', wrapped('P2039', mysql(1969))],
  ['MySQL has gone away', wrapped('P2039', mysql(2006))],
  ['MySQL has too many connections', bare(mysql(1040))],
  ['SQLite, damaged', wrapped('P2039', sqlite(26))],
  ['SQLite, damaged, by name', wrapped('P2039', sqlite('SQLITE_NOTADB'))],
  ['SQLite, disk full', wrapped('P2039', sqlite(13))],
  ['SQLite, cannot read', wrapped('P2039', sqlite(266))],
  ['SQLite, cannot open', wrapped('P2039', sqlite(14))],
  [
    'libSQL over http, refused',
    Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } }),
  ],
  ['libSQL over ws, refused', wrapped('P2039', sqlite(1, 'HRANA_WEBSOCKET_ERROR: connect ECONNREFUSED'))],
  ['libSQL over http, 503', wrapped('P2039', sqlite(1, 'SERVER_ERROR: Server returned HTTP status 503'))],
];
const ANSWERS: Line[] = [
  ['unique', known('P2002', { target: ['email'] })],
  ['unique, with the driver’s error inside', wrapped('P2002', { kind: 'UniqueConstraintViolation' })],
  ['unique, raw', wrapped('P2010', { kind: 'UniqueConstraintViolation' })],
  ['unique, raw, 5', known('P2010', { code: '23505' })],
  ['foreign key', known('P2003')],
  ['foreign key, 6', bare({ kind: 'ForeignKeyConstraintViolation' })],
  ['not found', known('P2025', { operation: 'an update' })],
  ['required relation', known('P2014')],
  ['out of range', known('P2020')],
  ['out of range, raw', wrapped('P2010', { kind: 'ValueOutOfRange', cause: '' })],
  ['null', wrapped('P2010', { kind: 'NullConstraintViolation' })],
  ['null, raw, 5', known('P2010', { code: '23502' })],
  ['too long', known('P2000')],
  ['too long, raw', wrapped('P2010', { kind: 'LengthMismatch' })],
  ['bad value', wrapped('P2010', { kind: 'InvalidInputValue', message: '' })],
  ['no such table', known('P2021')],
  ['no such table, raw', wrapped('P2010', { kind: 'TableDoesNotExist', table: 'User' })],
  ['no such column', known('P2022')],
  ['no such column, raw', wrapped('P2010', { kind: 'ColumnNotFound', column: 'nope' })],
  ['permission denied', wrapped('P2039', postgres('42501'))],
  ['permission denied, 6', bare(postgres('42501'))],
  ['syntax', wrapped('P2010', postgres('42601'))],
  ['division by zero', wrapped('P2010', postgres('22012'))],
  ['raised by a function', wrapped('P2010', postgres('P0001'))],
  ['MariaDB, unique', wrapped('P2010', mysql(1062))],
  ['SQLite, constraint', wrapped('P2010', sqlite(2067))],
];

const IGNORED: Line[] = [
  ['bad arguments', own('PrismaClientValidationError')],
  ['deadlock or write conflict', known('P2034')],
  ['write conflict, raw', wrapped('P2010', { kind: 'TransactionWriteConflict' })],
  ['write conflict at the commit', bare({ kind: 'TransactionWriteConflict' })],
  ['deadlock, raw, 5', known('P2010', { code: '40P01' })],
  ['lock_timeout', wrapped('P2039', postgres('55P03'))],
  ['read only', wrapped('P2039', postgres('25006'))],
  [
    'SQLite, locked',
    known('P1008', { driverAdapterError: { cause: { kind: 'SocketTimeout', originalCode: '5' } } }),
  ],
  ['SQLite, locked by name', wrapped('P1008', { kind: 'SocketTimeout', originalCode: 'SQLITE_BUSY' })],
  ['SQLite, locked, extended', wrapped('P2010', { kind: 'SocketTimeout', originalCode: '517' })],
  ['SQLite, read only', wrapped('P2039', sqlite(8))],
  ['SQLite, any other', wrapped('P2010', sqlite(1, 'no such table'))],
  ['MariaDB, lock timeout', wrapped('P2039', mysql(1205))],
  ['MariaDB, deadlock', bare(mysql(1213))],
  ['MariaDB, read only', wrapped('P2039', mysql(1290))],
  ['a transaction that took too long', known('P2028', {}, 'Transaction API error: … expired transaction …')],
  ['a wrong schema', own('PrismaClientInitializationError', { errorCode: 'P1012' })],
  ['a driver’s word that is new', wrapped('P2010', { kind: 'SomethingNew' })],
  ['raw, nothing known', known('P2010')],
  ['a business error', new Error('out of stock')],
  ['a file that is not there', plain('ENOENT: no such file', 'ENOENT')],
  ['another breaker’s refusal', plain('stock: circuit is open', 'ERR_CIRCUIT_OPEN')],
  ['no error at all', undefined],
  ['null', null],
  ['a text', 'P1001'],
  ['an error with strange fields', { name: 1, code: {}, message: [], meta: null }],
];

describe.each<[Verdict, Line[]]>([
  ['failure', FAILURES],
  ['success', ANSWERS],
  ['ignored', IGNORED],
])('errorVerdict says %s', (verdict, lines) => {
  it.each(lines)('%s', (_, error) => {
    expect(errorVerdict(error, false)).toBe(verdict);
  });
});

describe('errorVerdict inside the user’s own function', () => {
  it('takes a socket’s error for another service’s, unless Prisma says it', () => {
    expect(errorVerdict(plain('connect', 'ECONNREFUSED'), true)).toBe('ignored');
    expect(
      errorVerdict(Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNRESET' } }), true),
    ).toBe('ignored');
    expect(errorVerdict(known('ECONNREFUSED'), true)).toBe('failure');
  });

  it('knows the driver’s own words', () => {
    expect(errorVerdict(plain('Client has encountered a connection error and is not queryable'), true)).toBe(
      'failure',
    );
    expect(errorVerdict(bare(postgres('57P01')), true)).toBe('failure');
  });
});
