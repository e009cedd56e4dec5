import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

/**
 * A port on 127.0.0.1 where nobody listens: an ephemeral one, opened and closed a moment ago.
 * Low ports will not do, since `fetch` refuses 1, 9, 25 and others without connecting.
 *
 * @example
 * await fetch(`http://127.0.0.1:${await closedPort()}/`); // ECONNREFUSED
 */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
