/** Something that keeps the timeline from being read, as a sentence for people. */
export class Problem extends Error {
  /** Asking again would not help: it has to be set up otherwise. */
  readonly final: boolean;

  constructor(sentence: string, final = false) {
    super(sentence);
    this.final = final;
  }
}

/** Any text from outside, short enough to stand in a sentence. */
export function quoted(text: unknown): string {
  return JSON.stringify(String(text).slice(0, 80));
}
