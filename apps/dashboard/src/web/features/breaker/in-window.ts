/**
 * The calls that decided, of those that are remembered: a window of time may hold fewer of them. Ignored calls do not count.
 *
 * @param calls How many the window held; undefined where that is not known.
 */
export function inWindow(outcomes: string, calls: number | undefined): string {
  if (calls === undefined || calls < 1) return outcomes;
  let from = outcomes.length;
  for (let counted = 0; from > 0 && counted < calls; ) {
    from--;
    if (outcomes[from] !== 'x') counted++;
  }
  return outcomes.slice(from);
}
