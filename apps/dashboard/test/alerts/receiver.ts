import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AlertPayload } from '@cb/protocol';
import { onTestFinished } from 'vitest';

/** How a request is answered: a status, with `location` a redirect; a connection that breaks; no answer at all; or too much of one. */
export type Behaviour =
  | number
  | 'reset'
  | 'hang'
  | 'endless'
  | { status: number; headers?: Record<string, string>; body?: string };

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly payload: AlertPayload;
}

/** A webhook that behaves as it is told: one behaviour per request, and the last one for all that follow. */
export class Receiver {
  readonly received: Received[] = [];
  script: Behaviour[] = [200];
  /** Bytes of an endless answer that were taken. */
  sent = 0;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => {
        body += part;
      });
      request.on('end', () => {
        this.received.push({ headers: request.headers, body, payload: JSON.parse(body) as AlertPayload });
        const behaviour = (this.script.length > 1 ? this.script.shift() : this.script[0]) ?? 200;
        if (behaviour === 'reset') request.socket.resetAndDestroy();
        else if (behaviour === 'endless') {
          const part = Buffer.alloc(1_024, 'x');
          response.writeHead(200);
          const more = (): void => {
            while (!response.destroyed && this.sent < 50_000_000) {
              this.sent += part.length;
              if (!response.write(part)) return void response.once('drain', more);
            }
          };
          more();
        } else if (behaviour !== 'hang') {
          const {
            status,
            headers = {},
            body: answer = '',
          } = typeof behaviour === 'number' ? { status: behaviour } : behaviour;
          response.writeHead(status, headers).end(answer);
        }
      });
    });
  }

  /** @param untilTestEnds False: whoever starts it stops it. */
  static async start(untilTestEnds = true): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    if (untilTestEnds) onTestFinished(() => receiver.stop());
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook/of-the-operator`;
  }

  /** Summaries of everything received, in order. */
  get notices(): string[] {
    return this.received.flatMap(({ payload }) => payload.notices.map(({ id }) => id));
  }

  /** Breaks off everybody who waits. */
  stopHanging(): void {
    this.#server.closeAllConnections();
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** The check that docs/alerts.md gives to receivers, at this moment. */
export function verified({ headers, body }: Received, secret: string, nowSeconds: number): boolean {
  const [, t, digest] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-cb-signature'])) ?? [];
  const wanted = createHmac('sha256', secret).update(`${t}.${body}`).digest('hex');
  return digest === wanted && Math.abs(nowSeconds - Number(t)) < 300;
}
