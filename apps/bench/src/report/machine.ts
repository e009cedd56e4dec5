import { cpus, loadavg } from 'node:os';

/** Where and how a run was made: part of every figure. */
export interface Circumstances {
  readonly node: string;
  readonly cpu: string;
  readonly rounds: number;
  readonly quick: boolean;
  /** Load average per core before the run; above half a core, others get in its way. */
  readonly loadBefore: number;
}

const BUSY = 0.5;

export function circumstances(rounds: number, quick: boolean): Circumstances {
  const cores = cpus();
  const cpu = `${cores.length} × ${cores[0]?.model.trim() ?? 'unknown CPU'}`;
  return { node: process.version, cpu, rounds, quick, loadBefore: (loadavg()[0] ?? 0) / cores.length };
}

/** One sentence, and another where the figures must not be believed. */
export function describe({ node, cpu, rounds, quick, loadBefore }: Circumstances): string {
  const doubts = [
    ...(quick ? ['This was a quick run, to look at and not to quote.'] : []),
    ...(loadBefore > BUSY
      ? [
          `The machine was busy (load ${loadBefore.toFixed(1)} per core): figures are too high, and ratios may be wrong.`,
        ]
      : []),
  ];
  return [
    `Node ${node}, ${cpu}, ${rounds} ${rounds === 1 ? 'round' : 'interleaved rounds'}.`,
    ...doubts,
  ].join(' ');
}
