/** Simulates beside the page, so that dragging a slider never waits for it. */
import type { Config } from '../../../lib/breaker-config.ts';
import type { Answer, Question } from './messages.ts';
import { type Outcome, Simulation } from './simulation.ts';

let simulation: Simulation | undefined;
let newest = 0;

addEventListener('message', ({ data }: MessageEvent<Question>) => {
  newest = data.job;
  try {
    if (data.kind === 'load') {
      simulation = undefined;
      simulation = new Simulation(data.inForce, data.data, data.range);
    }
    if (simulation === undefined) throw new Error('The settings in force cannot be replayed.');
    play(simulation, data.job, data.candidate);
  } catch (error) {
    refuse(data.job, error);
  }
});

function play(on: Simulation, job: number, candidate: Config): void {
  const began = performance.now();
  const outcome = on.play(candidate);
  answer({ kind: 'outcome', job, outcome, tookMs: performance.now() - began });
  // A newer question comes first: what it makes of the bounds is another matter.
  setTimeout(() => {
    if (job === newest && on === simulation) bound(on, job, candidate, outcome);
  });
}

function bound(on: Simulation, job: number, candidate: Config, outcome: Outcome): void {
  try {
    answer({ kind: 'bounds', job, bounds: on.bounds(candidate, outcome) });
  } catch (error) {
    refuse(job, error);
  }
}

function refuse(job: number, error: unknown): void {
  answer({ kind: 'refused', job, message: error instanceof Error ? error.message : 'the simulation failed' });
}

function answer(message: Answer): void {
  postMessage(message);
}
