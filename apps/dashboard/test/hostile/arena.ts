import { type IncomingHttpHeaders, request } from 'node:http';
import { connect, type Socket as TcpSocket } from 'node:net';
import type { Directory } from '@cb/protocol';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { type DashboardOptions, type DashboardServer, startDashboard } from '../../src/server/server.ts';
import { changeOf, helloOf, registrationOf, until } from '../support.ts';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Arena {
  readonly server: DashboardServer;
  /** Every line that the server logged. */
  readonly lines: string[];
}

/** One server for all tests of a file, and nothing that they send may make it throw. */
export function arena(options: DashboardOptions = {}): Arena & { standsAtTheEnd(): void } {
  let server: DashboardServer | undefined;
  const lines: string[] = [];
  const thrown: unknown[] = [];
  const hear = (error: unknown): void => void thrown.push(error);
  beforeAll(async () => {
    process.on('uncaughtException', hear).on('unhandledRejection', hear);
    const log = (line: string): void => void lines.push(line);
    server = await startDashboard({ port: 0, webDir: '/nowhere', log, auditLog: log, ...options });
  });
  afterAll(async () => {
    await server?.close();
    process.off('uncaughtException', hear).off('unhandledRejection', hear);
  });
  const started = (): DashboardServer => {
    if (server === undefined) throw new Error('the server is started before the first test');
    return server;
  };
  return {
    get server() {
      return started();
    },
    lines,
    standsAtTheEnd: () => {
      it('after all of it the server serves a good service and a good browser, and nothing was thrown', async () => {
        await servesWell(started(), options);
        expect(thrown).toEqual([]);
        expect(started().stats().refused.fault).toBe(0);
      });
    },
  };
}

/** A service reports, and what it says is read. */
async function servesWell(server: DashboardServer, options: DashboardOptions): Promise<void> {
  const auth = (token: string | undefined): object => (token === undefined ? {} : { auth: { token } });
  const name = `good-${server.stats().seq}`;
  const from = io(`${server.url}ingest`, {
    transports: ['websocket'],
    forceNew: true,
    ...auth(options.ingestToken),
  });
  const browser = io(`${server.url}ui`, {
    transports: ['websocket'],
    forceNew: true,
    ...auth(options.viewToken),
  });
  try {
    await new Promise((resolve) => browser.once('welcome', resolve));
    expect(await from.emitWithAck('hello', helloOf({ service: 'good', instance: name }))).toMatchObject({
      ok: true,
    });
    expect(await from.emitWithAck('reg', [registrationOf(1, { name })])).toEqual({ ok: true });
    expect(await from.emitWithAck('st', [changeOf(1)])).toEqual({ seq: 1 });
    const headers: Record<string, string> =
      options.viewToken === undefined ? {} : { authorization: `Bearer ${options.viewToken}` };
    const answer = await ask(server, '/api/v1/directory', { headers });
    const { rows } = JSON.parse(answer.body) as Directory;
    expect(rows.find((row) => row.name === name)).toMatchObject({ code: 4 });
  } finally {
    from.disconnect();
    browser.disconnect();
  }
}

/** A request as it is: `fetch` would tidy the path and the Host. */
export function ask(
  server: DashboardServer,
  path: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: server.port, path, headers, method }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      );
    });
    asked.on('error', reject).end(body);
  });
}

/** Bytes on a bare connection; answers all that came back until the server closed it. */
export function bytes(server: DashboardServer, text: string): Promise<string> {
  return new Promise((resolve) => {
    let heard = '';
    const socket = connect(server.port, '127.0.0.1', () =>
      socket.write(text.replaceAll('HOST', `127.0.0.1:${server.port}`)),
    );
    socket.setEncoding('utf8').on('data', (part: string) => (heard += part));
    socket.on('error', () => {}).on('close', () => resolve(heard));
  });
}

/** One frame of a websocket as a client sends it, masked with zeros. @param first FIN and opcode. */
export function frame(payload: string | Buffer, first = 0x81): Buffer {
  const body = Buffer.from(payload as string);
  const { length } = body;
  const size =
    length < 126
      ? Buffer.from([0x80 | length])
      : length < 65_536
        ? Buffer.from([0xfe, length >> 8, length & 0xff])
        : Buffer.from([
            0xff,
            0,
            0,
            0,
            0,
            length >>> 24,
            (length >> 16) & 0xff,
            (length >> 8) & 0xff,
            length & 0xff,
          ]);
  return Buffer.concat([Buffer.from([first]), size, Buffer.alloc(4), body]);
}

export interface Line {
  readonly socket: TcpSocket;
  /** Everything that came back, as text. */
  readonly heard: () => string;
  readonly closed: Promise<void>;
}

/** A websocket to the server, below any client that would be polite. */
export async function line(server: DashboardServer, query = 'EIO=4&transport=websocket'): Promise<Line> {
  let heard = '';
  const socket = connect(server.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => {}).setEncoding('latin1');
  socket.on('data', (part) => {
    heard += String(part);
    // Its goodbye: a client that does not answer is given thirty seconds.
    if (String(part).includes('\x88')) socket.end();
  });
  socket.write(
    `GET /socket.io/?${query} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await until(() => heard.includes('"sid"') || heard.includes('400'), 'answered');
  return { socket, heard: () => heard, closed };
}
