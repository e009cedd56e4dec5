import { sourceFailed } from '@cb/core/kit';

/** A body on its way up: an upload that breaks off because its own source failed says nothing about the other side. */
export interface Upload {
  /** What to call fetch with: the very same object, unless the source has to be watched. */
  readonly init: RequestInit | undefined;
  /** Whether the source failed. */
  readonly broke: () => boolean;
}

const no = (): boolean => false;

/** A `ReadableStream` can be asked afterwards; any other source is watched while it is read. */
export function uploadOf(init: RequestInit | undefined): Upload {
  const body: unknown = init?.body;
  if (typeof body !== 'object' || body === null) return { init, broke: no };
  if (typeof (body as ReadableStream).getReader === 'function')
    return { init, broke: () => sourceFailed(body) };
  if (!(Symbol.asyncIterator in body)) return { init, broke: no };
  let failed = false;
  const watched = async function* (): AsyncGenerator<unknown> {
    try {
      yield* body as AsyncIterable<unknown>;
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  return { init: { ...init, body: watched() as unknown as BodyInit }, broke: () => failed };
}
