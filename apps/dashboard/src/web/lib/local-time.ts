/** A moment as a `datetime-local` field holds it: local time to the second, without a zone. */
export function toLocal(t: number): string {
  const seconds = Math.floor(t / 1000) * 1000;
  return new Date(seconds - new Date(seconds).getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** Undefined where nobody has chosen one yet, or what was typed is none. */
export function fromLocal(value: string): number | undefined {
  if (!/^\d{4,6}-\d{2}-\d{2}T\d{2}:\d{2}/.test(value)) return undefined;
  const t = new Date(value).getTime();
  return Number.isNaN(t) ? undefined : t;
}
