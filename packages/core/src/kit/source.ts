type IsErrored = (stream: unknown) => boolean;
declare const process: { getBuiltinModule?(id: string): { isErrored?: IsErrored } | undefined } | undefined;

const isErrored =
  typeof process === 'object' ? process.getBuiltinModule?.('node:stream')?.isErrored : undefined;

/**
 * Whether the source of a request's body failed while it was read, a stream of Node's or of the web: the call then says
 * nothing about the other side. False where nobody can tell, as on hosts without `node:stream`.
 */
export function sourceFailed(body: unknown): boolean {
  return isErrored?.(body) === true;
}
