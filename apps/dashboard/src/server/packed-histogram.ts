/**
 * A sparse latency histogram as a string of small character codes: a bucket, then its count in groups of seven bits. Four
 * times smaller than a list of pairs, and there is one for every step of every chart.
 */

/** Bytes of a string of one. */
export const PACKED_BYTES = 24;

const scratch: number[] = [];

function write(bucket: number, count: number): void {
  scratch.push(bucket);
  let left = Math.round(count);
  while (left > 127) {
    scratch.push((left % 128) + 128);
    left = Math.floor(left / 128);
  }
  scratch.push(left);
}

function take(): string {
  const packed = String.fromCharCode(...scratch);
  scratch.length = 0;
  return packed;
}

/** Calls `visit` for each bucket in order. */
export function eachBucket(packed: string, visit: (bucket: number, count: number) => void): void {
  for (let at = 0; at < packed.length; at++) {
    const bucket = packed.charCodeAt(at++);
    let count = 0;
    let unit = 1;
    while (packed.charCodeAt(at) > 127) {
      count += (packed.charCodeAt(at++) - 128) * unit;
      unit *= 128;
    }
    visit(bucket, count + packed.charCodeAt(at) * unit);
  }
}

/** Adds pairs of bucket and count, in order of bucket, to what is packed. */
export function addPairs(packed: string, pairs: ArrayLike<number>): string {
  let next = 0;
  eachBucket(packed, (bucket, count) => {
    while (next < pairs.length && (pairs[next] as number) < bucket) {
      write(pairs[next] as number, pairs[next + 1] as number);
      next += 2;
    }
    const more = pairs[next] === bucket ? (pairs[next + 1] as number) : 0;
    if (pairs[next] === bucket) next += 2;
    write(bucket, count + more);
  });
  for (; next < pairs.length; next += 2) write(pairs[next] as number, pairs[next + 1] as number);
  return take();
}
