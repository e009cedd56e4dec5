import type { IncomingMessage } from 'node:http';
import { type Reply, text } from './reply.ts';

/** Largest body of a POST. */
const MOST_BYTES = 65_536;

/** A body that was read, or why it could not be. */
export type Body = { readonly value: unknown } | { readonly refused: Reply };

/** Reads a body of JSON, at most 64 KiB of it. Only `application/json`: a form of another page cannot send that. */
export async function readBody(request: IncomingMessage): Promise<Body> {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json') return { refused: text(415, 'Send application/json.') };
  if (request.headers['content-encoding'] !== undefined) {
    return { refused: text(415, 'Send it uncompressed.') };
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) {
        return { refused: { ...text(413, 'At most 64 KiB.'), headers: { connection: 'close' } } };
      }
      chunks.push(chunk);
    }
  } catch {
    // Whoever sent it has gone: nobody reads this.
    return { refused: text(400, 'The body did not arrive.') };
  }
  try {
    return { value: JSON.parse(Buffer.concat(chunks).toString('utf8')) };
  } catch {
    return { refused: text(400, 'That is not JSON.') };
  }
}
