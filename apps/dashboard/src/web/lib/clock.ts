/** Every moment on screen is the server's: the browser's own clock may be minutes off. */
let offsetMs = 0;

export function serverNow(): number {
  return Date.now() + offsetMs;
}

/** Network jitter is not a change of clock: small differences are left alone, so that the axis does not shake. */
export function noteServerTime(t: number): void {
  const measured = t - Date.now();
  if (Math.abs(measured - offsetMs) > 400) offsetMs = measured;
}
