/**
 * What an error says about the database. Told by what errors carry, never by their class: Prisma has had a different one for
 * the same outage in nearly every version, and a bundle may hold two copies of each.
 *
 * Failures are a list, since the function given to `$transaction` may throw anything. What the database answered is a success,
 * even a no. All else is ignored.
 */
import type { Verdict } from '@cb/core/kit';

type Table = Readonly<Record<'failure' | 'success', RegExp>>;

/** Prisma's own codes. P2010 and P2039 only wrap what the driver said. */
const PRISMA: Table = {
  // unreachable, refused to let in, no such database, no TLS, closed, timed out, no connection left (pool or server)
  failure: /^P(1000|1001|1002|1003|1008|1010|1011|1017|2024|2037)$/,
  // too long, not found, unique, foreign key, constraint, null, relation, out of range, no such table or column
  success: /^P20(00|01|02|03|04|11|14|15|18|20|21|22|25)$/,
};

/** `kind` of an error of a driver adapter, where it has a word for what the database said. */
const KIND: Table = {
  failure:
    /^(DatabaseNotReachable|ConnectionClosed|SocketTimeout|TooManyConnections|TlsConnectionError|AuthenticationFailed|DatabaseAccessDenied|DatabaseDoesNotExist)$/,
  success:
    /^(\w+ConstraintViolation|LengthMismatch|ValueOutOfRange|InvalidInputValue|TableDoesNotExist|ColumnNotFound)$/,
};

/** SQLSTATE, which Postgres and its relatives answer with. */
const SQLSTATE: Table = {
  // connection, resources, statement timeout, shut down or starting, idle-in-transaction timeout, system, internal
  failure: /^(08...|53...|57014|57P0[1-5]|25P0[34]|58...|XX...)$/,
  // cardinality, data, integrity, syntax or rights or no such table, view check, not supported, raised by a function
  success: /^(21|22|23|42|44|0A|P0)...$/,
};

/** Numbers of MySQL and MariaDB; 45… are those of MariaDB's driver. */
const MYSQL: Table = {
  // too many connections, shutting down, network, killed, statement timeout, gone, closed, pool timeout
  failure: /^(1040|1053|1152|1158|1159|1160|1161|1927|1969|2006|2013|3024|45009|45012|45025|45026|45028)$/,
  // unique, null, foreign key, no such column or table, syntax, too long
  success: /^(1062|1048|1451|1452|1054|1146|1064|1406)$/,
};

/** SQLite's primary result codes. */
const SQLITE: Table = {
  failure: /^(10|11|13|14|26)$/, // reading or writing fails, damaged, disk full, cannot open, no database
  success: /^19$/, // constraint
};

/** What Node's sockets say, where a driver passes it on. */
const NODE =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|ENOTFOUND|EAI_AGAIN)$/;

/** Errors that have nothing but a text: of `pg`, of libSQL's servers, and P2028 where it waited for a connection in vain. */
const TEXT =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|connection error and is not queryable|Unable to start a transaction in the given time|HRANA_WEBSOCKET_ERROR|SERVER_ERROR: .*\b5\d\d\b/;

/** Prisma's own words for a client that has no engine or a broken one. */
const BROKEN_CLIENT = /^PrismaClient(Initialization|RustPanic)Error$/;

/** SQLite's word for a lock, which adapters report as a timeout. Like every lock it asks for another try, and is no outage. */
const SQLITE_BUSY = /^(SQLITE_BUSY|SQLITE_LOCKED)/;

interface Fields {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly errorCode?: unknown;
  readonly message?: unknown;
  readonly clientVersion?: unknown;
  readonly cause?: Fields & DriverError;
  readonly meta?: { readonly code?: unknown; readonly driverAdapterError?: Fields };
}

interface DriverError {
  readonly kind?: unknown;
  readonly originalCode?: unknown;
  readonly extendedCode?: unknown;
}

/**
 * What counts where `classify` has no opinion.
 *
 * @param error whatever a call rejected with.
 * @param fromOwnCode true where the user's own function ran inside the call: a refused connection may be another service's.
 */
export function errorVerdict(error: unknown, fromOwnCode: boolean): Verdict {
  const fields = (typeof error === 'object' && error !== null ? error : {}) as Fields;
  const driver = fields.name === 'DriverAdapterError' ? fields.cause : fields.meta?.driverAdapterError?.cause;
  return (
    (driver && driverVerdict(driver)) ??
    look(PRISMA, fields.code ?? fields.errorCode) ??
    look(SQLSTATE, fields.meta?.code) ??
    hostVerdict(fields, fromOwnCode) ??
    'ignored'
  );
}

function driverVerdict(driver: Fields & DriverError): Verdict | undefined {
  const code = driver.originalCode ?? driver.extendedCode ?? driver.code;
  if (driver.kind === 'postgres') return look(SQLSTATE, code) ?? textVerdict(driver);
  if (driver.kind === 'mysql') return look(MYSQL, code);
  if (driver.kind === 'sqlite') return look(SQLITE, primaryCode(driver.extendedCode)) ?? textVerdict(driver);
  if (driver.kind === 'SocketTimeout' && isSqliteBusy(code)) return 'ignored';
  return look(KIND, driver.kind);
}

/** What did not come from the database: a socket, a pool, the client itself. */
function hostVerdict(fields: Fields, fromOwnCode: boolean): Verdict | undefined {
  const isPrismas = typeof fields.clientVersion === 'string';
  if (isPrismas || !fromOwnCode) {
    // `fetch`, which libSQL's http client calls, puts the reason into `cause`.
    for (const { code } of [fields, fields.cause ?? {}])
      if (typeof code === 'string' && NODE.test(code)) return 'failure';
  }
  const isBroken = BROKEN_CLIENT.test(String(fields.name)) && fields.errorCode === undefined;
  return isBroken ? 'failure' : textVerdict(fields);
}

function textVerdict({ message }: Fields): Verdict | undefined {
  return typeof message === 'string' && TEXT.test(message) ? 'failure' : undefined;
}

function look({ failure, success }: Table, code: unknown): Verdict | undefined {
  if (typeof code !== 'string' && typeof code !== 'number') return undefined;
  const text = String(code);
  if (failure.test(text)) return 'failure';
  return success.test(text) ? 'success' : undefined;
}

/** The number's low byte; the rest of it says more of the same. Some drivers use names. */
function primaryCode(extended: unknown): unknown {
  if (typeof extended === 'string') return SQLITE_NAMES[extended.split('_')[1] ?? ''];
  return typeof extended === 'number' ? extended & 0xff : undefined;
}

const SQLITE_NAMES: Readonly<Record<string, number>> = {
  IOERR: 10,
  CORRUPT: 11,
  FULL: 13,
  CANTOPEN: 14,
  CONSTRAINT: 19,
  NOTADB: 26,
};

function isSqliteBusy(code: unknown): boolean {
  const primary = Number(code) & 0xff;
  return primary === 5 || primary === 6 || SQLITE_BUSY.test(String(code));
}
