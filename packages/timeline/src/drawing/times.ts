/** Moments as text, in the reader's language, zone and habit of 12 or 24 hours. Digits are those of the other numbers. */
export interface Times {
  /** 10:39:07 */
  clock: (t: number) => string;
  /** 10:39:07.312 */
  clockMs: (t: number) => string;
  /** 10:39 */
  clockShort: (t: number) => string;
  /** 21 Nov */
  day: (t: number) => string;
  /** 21 Nov 2025, 10:39:07 CET */
  dated: (t: number) => string;
  /** 21 Nov 2025, 10:39:07.312 CET: for a title, where it has to be exact and unmistakable. */
  exact: (t: number) => string;
}

/** @param locale Left out: the browser's. So is the zone. */
export function createTimes(locale?: string, timeZone?: string): Times {
  const format = (options: Intl.DateTimeFormatOptions) => {
    // Made when it is first needed: each costs a part of a millisecond.
    let parts: Intl.DateTimeFormat | undefined;
    const made = () =>
      new Intl.DateTimeFormat(locale, {
        timeZone,
        numberingSystem: 'latn',
        calendar: 'gregory',
        ...options,
      });
    // Before AM stands a space at which a line may end, or a narrow one, which most fonts lack.
    return (t: number) => {
      parts ??= made();
      return parts.format(t).replaceAll(/\u202f| (?=[AP]M\b)/g, '\u00a0');
    };
  };
  const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
  const dated = { ...clock, day: 'numeric', month: 'short', year: 'numeric', timeZoneName: 'short' } as const;
  return {
    clock: format(clock),
    clockMs: format({ ...clock, fractionalSecondDigits: 3 }),
    clockShort: format({ hour: '2-digit', minute: '2-digit' }),
    day: format({ day: 'numeric', month: 'short' }),
    dated: format(dated),
    exact: format({ ...dated, fractionalSecondDigits: 3 }),
  };
}
