import type { UndiciResponse } from './options.ts';

/** A response whose headers are parsed only when somebody looks. */
export function responseOf(statusCode: number, headers: unknown): UndiciResponse {
  return {
    statusCode,
    get headers() {
      return Array.isArray(headers) ? parsed(headers) : ((headers ?? {}) as UndiciResponse['headers']);
    },
  };
}

/** undici 6 hands out what came over the wire: name, value, name, value, as bytes or texts. */
function parsed(raw: readonly unknown[]): UndiciResponse['headers'] {
  const headers = new Map<string, string | string[]>();
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = String(raw[i]).toLowerCase();
    const [before, value] = [headers.get(name), raw[i + 1]];
    const values = Array.isArray(value) ? value.map(String) : String(value);
    headers.set(name, before === undefined ? values : [before, values].flat());
  }
  return Object.fromEntries(headers);
}
