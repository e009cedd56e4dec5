/** Time gone by, two units at most: 4m 34s. */
export function elapsed(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return `${s}s`;
  if (s < 3600) return `${Math.floor(s / 60)}m ${s % 60}s`;
  if (s < 86_400) return `${Math.floor(s / 3600)}h ${Math.floor((s % 3600) / 60)}m`;
  return `${Math.floor(s / 86_400)}d ${Math.floor((s % 86_400) / 3600)}h`;
}

/** A length of time as it is read aloud: 4 minutes 34 seconds. */
export function spoken(ms: number): string {
  const unit = (n: number, word: string) => `${n} ${word}${n === 1 ? '' : 's'}`;
  const s = Math.max(0, Math.round(ms / 1000));
  if (ms < 1000) return unit(Math.max(0, Math.round(ms)), 'millisecond');
  if (s < 60) return unit(s, 'second');
  if (s < 3600) return two(unit(Math.floor(s / 60), 'minute'), s % 60, unit(s % 60, 'second'));
  const m = Math.floor(s / 60);
  if (m < 1440) return two(unit(Math.floor(m / 60), 'hour'), m % 60, unit(m % 60, 'minute'));
  const h = Math.floor(m / 60);
  return two(unit(Math.floor(h / 24), 'day'), h % 24, unit(h % 24, 'hour'));
}

function two(large: string, rest: number, small: string): string {
  return rest === 0 ? large : `${large} ${small}`;
}
