import type { Marker, MarkerList } from '@cb/protocol';
import { createListeners } from '../lib/listeners.ts';
import { repaint } from '../lib/painter.ts';

/** An opening later after a deploy than this is hardly its doing. */
const AFTER_DEPLOY_MS = 10 * 60_000;
/** As many as the server keeps. */
const MOST = 1_000;

/** Deploys and notes, oldest first: read once after connecting, then told one by one. */
export class MarkerStore {
  #epoch = '';
  #markers: readonly Marker[] = [];
  readonly changed = createListeners();

  all = (): readonly Marker[] => this.#markers;

  /** All that the server has; one that was told while they were on their way stays. */
  replace({ epoch, markers }: MarkerList): void {
    const newest = Math.max(0, ...markers.map(({ marker }) => marker));
    const later = this.#epoch === epoch ? this.#markers.filter(({ marker }) => marker > newest) : [];
    this.#epoch = epoch;
    this.#markers = [...markers, ...later];
    this.#tell();
  }

  add(marker: Marker): void {
    const others = this.#markers.filter((each) => each.marker !== marker.marker);
    const place = others.findLastIndex(({ t }) => t <= marker.t) + 1;
    this.#markers = others.toSpliced(place, 0, marker).slice(-MOST);
    this.#tell();
  }

  #tell(): void {
    this.changed.emit();
    repaint();
  }

  /** Those that concern a service. */
  of(service: string): Marker[] {
    return this.#markers.filter((marker) => marker.service === undefined || marker.service === service);
  }

  /** The deploy that a change of this service at `t` may have to do with. */
  deployBefore(service: string, t: number): Marker | undefined {
    return this.#markers.findLast(
      (marker) =>
        marker.kind === 'deploy' &&
        marker.t <= t &&
        marker.t >= t - AFTER_DEPLOY_MS &&
        (marker.service === undefined || marker.service === service),
    );
  }
}
