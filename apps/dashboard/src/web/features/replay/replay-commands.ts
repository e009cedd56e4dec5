import type { Command } from '../../lib/commands.ts';
import { getReplay, SPEEDS, setSpeed, startReplay, stopReplay, togglePlaying } from '../../lib/replay.ts';
import { unknownUntil } from '../../live/known.ts';

/** Only where something on the page has a time axis. */
const hasAxis = () => document.querySelector('.axis') !== null;
const replaying = () => getReplay() !== null;

function faster(by: 1 | -1): void {
  const replay = getReplay();
  const next = replay && SPEEDS[SPEEDS.indexOf(replay.speed) + by];
  if (next) setSpeed(next);
}

export const REPLAY_COMMANDS: readonly Command[] = [
  {
    id: 'replay.play',
    group: 'Time',
    words: () => {
      const replay = getReplay();
      return !replay
        ? 'Replay what is on screen'
        : replay.playing
          ? 'Pause the replay'
          : 'Go on with the replay';
    },
    keys: ['p'],
    also: 'play incident past again speed',
    available: hasAxis,
    run: () => (replaying() ? togglePlaying() : startReplay(unknownUntil())),
  },
  {
    id: 'replay.slower',
    group: 'Time',
    words: 'Replay slower',
    keys: ['<'],
    available: replaying,
    run: () => faster(-1),
  },
  {
    id: 'replay.faster',
    group: 'Time',
    words: 'Replay faster',
    keys: ['>'],
    available: replaying,
    run: () => faster(1),
  },
  {
    id: 'replay.stop',
    group: 'Time',
    words: 'Leave the replay: back to live',
    available: replaying,
    run: stopReplay,
  },
];
