/** The known name that somebody probably meant; undefined where none is near. */
function likely(word: string, known: readonly string[]): string | undefined {
  const wanted = letters(word);
  let best: string | undefined;
  let least = Math.min(3, wanted.length / 3 + 0.3);
  for (const name of known) {
    const other = letters(name);
    const starts = wanted.length >= 3 && (other.startsWith(wanted) || wanted.startsWith(other));
    const steps = Math.min(distance(wanted, other), starts ? 1 : Number.POSITIVE_INFINITY);
    if (steps >= least) continue;
    least = steps;
    best = name;
  }
  return best;
}

/** "did you mean …?" as the end of a sentence, or nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const meant = likely(word, known);
  return meant === undefined ? '' : `; did you mean ${meant}?`;
}

function letters(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .slice(0, 64);
}

/** How many letters to add, drop, change or swap with their neighbour. */
function distance(a: string, b: string): number {
  let older: number[] = [];
  let before = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const at = (list: readonly number[], k: number): number => list[k] as number;
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(at(before, j) + 1, at(row, j - 1) + 1, at(before, j - 1) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, at(older, j - 2) + 1);
      }
      row.push(least);
    }
    older = before;
    before = row;
  }
  return before[b.length] as number;
}
