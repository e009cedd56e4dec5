/** Bytes of one message: the server closes connections that send more than 64 KiB at once. */
const FRAME_BYTES: number = 48 * 1_024;

const encoder = new TextEncoder();

/** Says yes to entries until a message would become too large; the first is always taken. */
export function frameBudget(bytes: number = FRAME_BYTES): (entry: unknown) => boolean {
  let left = bytes;
  let first = true;
  return (entry) => {
    left -= encoder.encode(JSON.stringify(entry)).length + 1;
    const fits = first || left >= 0;
    first = false;
    return fits;
  };
}
