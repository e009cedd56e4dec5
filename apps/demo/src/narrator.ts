import { ACTOR_NAMES, type Phase, phaseAt } from './script.ts';
import { type ScriptTime, scriptSeconds } from './script-time.ts';

/** Says what the script does, as it does it. */
export function startNarrator(time: ScriptTime): void {
  const before = new Map<string, Phase>();
  const look = (): void => {
    for (const name of ACTOR_NAMES) {
      const phase = phaseAt(name, scriptSeconds(time));
      const known = before.get(name);
      before.set(name, phase);
      // The loop begins well for everybody: worth no line.
      if (known !== undefined && known.says !== phase.says) narrate(time, `${name} ${phase.says}`);
    }
  };
  look();
  setInterval(look, 250).unref();
}

/** One line, with the seconds since the demo began. */
export function narrate({ startedAt }: ScriptTime, what: string): void {
  const seconds = (Date.now() - startedAt) / 1_000;
  console.log(`${seconds.toFixed(0).padStart(5)} s  ${what}`);
}
