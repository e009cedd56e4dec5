/** A record as it was written: nobody can change it any more. */
interface Written {
  readonly audit: number;
  readonly t: number;
  readonly line: string;
}

/** Bounded memory of records, oldest out first: by number, and by characters. */
export class AuditRing {
  readonly #most: number;
  readonly #mostChars: number;
  #written: Written[] = [];
  #chars = 0;

  constructor(most: number, mostChars: number) {
    this.#most = most;
    this.#mostChars = mostChars;
  }

  add(written: Written): void {
    this.#written.push(written);
    this.#chars += written.line.length;
    let out = 0;
    while (
      this.#written.length - out > this.#most ||
      (this.#chars > this.#mostChars && out + 1 < this.#written.length)
    ) {
      this.#chars -= (this.#written[out] as Written).line.length;
      out++;
    }
    if (out > 0) this.#written.splice(0, out);
  }

  between(from: number, to: number): Written[] {
    return this.#written.filter(({ t }) => t >= from && t <= to);
  }
}
