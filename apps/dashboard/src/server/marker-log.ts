import type { Marker } from '@cb/protocol';

const MOST = 1_000;

/** Markers in order of time, so many of them. */
export class MarkerLog {
  readonly #most: number;
  readonly #markers: Marker[] = [];
  #next = 1;

  /** @param most Markers kept, default 1,000: the oldest go. */
  constructor(most: number = MOST) {
    this.#most = most;
  }

  get size(): number {
    return this.#markers.length;
  }

  /** Gives the marker its number and keeps it. */
  add(marker: Omit<Marker, 'marker'>): Marker {
    const kept: Marker = { marker: this.#next++, ...marker };
    this.restore(kept);
    return kept;
  }

  /** Keeps a marker that has its number from an earlier life of the server. */
  restore(kept: Marker): void {
    this.#next = Math.max(this.#next, kept.marker + 1);
    const place = this.#markers.findLastIndex(({ t }) => t <= kept.t) + 1;
    this.#markers.splice(place, 0, kept);
    if (this.#markers.length > this.#most) this.#markers.shift();
  }

  /** Those of [from, to], oldest first. */
  read(from: number, to: number): Marker[] {
    return this.#markers.filter(({ t }) => t >= from && t <= to);
  }

  /** The last deploy of a service, or of all, in the time before `t`. */
  deployBefore(service: string, t: number, withinMs: number): Marker | undefined {
    return this.#markers.findLast(
      (marker) =>
        marker.kind === 'deploy' &&
        marker.t <= t &&
        marker.t >= t - withinMs &&
        (marker.service === undefined || marker.service === service),
    );
  }
}
