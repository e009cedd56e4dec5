import { draw } from '../asked.ts';
import { type Clock, steady, systemClock } from '../clock.ts';
import { guarded, printOnce } from '../events.ts';

/** The functions that everything which waits, draws or calls back takes from its user, for tests and for other hosts. */
export interface ToolOptions {
  /** @default the host's monotonic clock */
  clock?: Clock | undefined;
  /** 0 to 1, for jitter. @default Math.random */
  random?: (() => number) | undefined;
  /** Where errors of your own callbacks go; they never reach the call. @default printed once per place */
  onError?: ((error: unknown, where: string) => void) | undefined;
}

/** The same with their defaults, and made safe. */
export interface Tools {
  /** Never goes back. */
  readonly clock: Required<Clock>;
  /** 0 to 1, whatever the user's function does. */
  readonly random: () => number;
  /** Never throws. */
  readonly report: (error: unknown, where: string) => void;
}

const print = guarded(printOnce());

/** @example const { clock, random, report } = toolsOf(options); */
export function toolsOf({ clock, random, onError }: ToolOptions): Tools {
  const report = onError === undefined ? print : guarded(onError);
  return {
    clock: clock === undefined ? systemClock : steady(clock),
    random: random === undefined ? Math.random : () => draw({ random, report }),
    report,
  };
}
