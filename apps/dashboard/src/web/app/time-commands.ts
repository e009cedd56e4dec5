import type { Command } from '../lib/commands.ts';
import { hoverTime } from '../lib/hover.ts';
import { getReplay, togglePlaying } from '../lib/replay.ts';
import { getView, panBy, RANGES, setSpan, togglePause, zoomBy } from '../lib/view.ts';
import { jumpToChange } from './jump-to-change.ts';
import { showOverlay } from './overlay.ts';

/** Only where something on the page has a time axis. */
const hasAxis = () => document.querySelector('.axis') !== null;

export const TIME_COMMANDS: readonly Command[] = [
  {
    id: 'time.pause',
    group: 'Time',
    words: () =>
      getReplay()
        ? 'Pause or go on with the replay'
        : getView().at === null
          ? 'Pause'
          : 'Resume: back to live',
    keys: ['Space'],
    also: 'stop follow live now',
    run: () => (getReplay() ? togglePlaying() : togglePause()),
  },
  {
    id: 'time.zoom-in',
    group: 'Time',
    words: 'Zoom in',
    keys: ['w'],
    repeats: true,
    available: hasAxis,
    run: () => zoomBy(0.7, hoverTime() ?? undefined),
  },
  {
    id: 'time.zoom-out',
    group: 'Time',
    words: 'Zoom out',
    keys: ['s'],
    repeats: true,
    available: hasAxis,
    run: () => zoomBy(1 / 0.7, hoverTime() ?? undefined),
  },
  {
    id: 'time.earlier',
    group: 'Time',
    words: 'Earlier',
    keys: ['a'],
    repeats: true,
    available: hasAxis,
    run: () => panBy(-getView().spanMs / 5),
  },
  {
    id: 'time.later',
    group: 'Time',
    words: 'Later',
    keys: ['d'],
    repeats: true,
    available: hasAxis,
    run: () => panBy(getView().spanMs / 5),
  },
  {
    id: 'time.previous-change',
    group: 'Time',
    words: 'Previous change of state',
    keys: ['['],
    repeats: true,
    available: hasAxis,
    run: () => void jumpToChange('previous'),
  },
  {
    id: 'time.next-change',
    group: 'Time',
    words: 'Next change of state',
    keys: [']'],
    repeats: true,
    available: hasAxis,
    run: () => void jumpToChange('next'),
  },
  {
    id: 'time.range',
    group: 'Time',
    words: 'Show from one moment to another',
    also: 'range absolute date from to between',
    available: hasAxis,
    run: () => showOverlay('range'),
  },
  ...RANGES.map(
    ({ label, ms }): Command => ({
      id: `time.range-${label.replace(' ', '')}`,
      group: 'Time',
      words: `Show ${label}`,
      also: 'range last span',
      available: hasAxis,
      run: () => setSpan(ms),
    }),
  ),
];
