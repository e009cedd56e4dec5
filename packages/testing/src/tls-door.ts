import type { RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import type { Certificate } from './certificates.ts';
import { credentials } from './certificates.ts';

/** What becomes of a TLS handshake once the client has said hello: it goes well, or the connection is reset, closed, left silent. */
export type Handshake = 'complete' | 'reset' | 'close' | 'hang';

const cuts: Readonly<Record<Exclude<Handshake, 'complete'>, (socket: Socket) => void>> = {
  reset: (socket) => socket.resetAndDestroy(),
  close: (socket) => socket.end(),
  hang: () => {},
};

/** A TLS server whose handshakes fail when told to. */
export interface TlsDoor {
  /** Listens, and hands over the plain sockets in its `connection` event. */
  readonly server: Server;
  /** What happens from the next connection on. */
  shakeHands(how: Handshake): void;
}

/** Makes a server that looks at each connection before TLS does. */
export function createTlsDoor(certificate: Certificate, onRequest: RequestListener): TlsDoor {
  const inside = createHttpsServer(credentials[certificate], onRequest);
  let how: Handshake = 'complete';
  const server = createServer((socket) => {
    if (how === 'complete') return void inside.emit('connection', socket);
    const cut = cuts[how];
    // Not before the hello: a handshake that is cut is another error than a connection that is.
    socket.once('data', () => cut(socket));
  });
  return {
    server,
    shakeHands(next) {
      how = next;
    },
  };
}
