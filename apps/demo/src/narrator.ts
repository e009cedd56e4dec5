import { type Phase, phaseAt, UPSTREAM_NAMES } from './script.ts';

/** Says what the script does, as it does it. */
export function startNarrator(startedAt: number, speed: number, say: (line: string) => void): void {
  const before = new Map<string, Phase>();
  const look = (): void => {
    const seconds = (Date.now() - startedAt) / 1_000;
    for (const name of UPSTREAM_NAMES) {
      const phase = phaseAt(name, seconds * speed);
      const known = before.get(name);
      before.set(name, phase);
      // The loop begins well for everybody: worth no line.
      if (known !== undefined && known.says !== phase.says)
        say(`${seconds.toFixed(0).padStart(5)} s  ${name} ${phase.says}`);
    }
  };
  look();
  setInterval(look, 250).unref();
}
