import { type Config, isSame } from '../../../lib/breaker-config.ts';

/** Starting points: `fastFailing()` and `tolerant()` of core's presets, resolved; a test holds them to it. */
export interface Preset {
  name: string;
  says: string;
  parts: Pick<Config, 'window' | 'openWhen' | 'stayOpen' | 'probing'>;
}

export const PRESETS: readonly Preset[] = [
  {
    name: 'Fast failing',
    says: 'Opens quickly and tries again quickly: for what has a cheap replacement.',
    parts: {
      window: { kind: 'last-ms', ms: 5_000, buckets: 10 },
      openWhen: [
        { kind: 'consecutive-failures', failures: 3 },
        { kind: 'failure-ratio', ratio: 0.3, minimumCalls: 5 },
        { kind: 'slow-ratio', ratio: 0.5, minimumCalls: 5, slowMs: 1_000, inFlight: true },
      ],
      stayOpen: {
        kind: 'fixed',
        firstMs: 1_000,
        factor: 1,
        maxMs: 1_000,
        jitterRatio: 0.2,
        hintMaxMs: 60_000,
      },
      probing: { probes: 1, atOnce: 1, closeWhen: { kind: 'success-ratio', ratio: 1 }, leaseMs: 2_000 },
    },
  },
  {
    name: 'Tolerant',
    says: 'Opens only when trouble is long and clear: for what has no replacement.',
    parts: {
      window: { kind: 'last-ms', ms: 60_000, buckets: 12 },
      openWhen: [
        { kind: 'failure-ratio', ratio: 0.75, minimumCalls: 100 },
        { kind: 'slow-ratio', ratio: 0.9, minimumCalls: 100, slowMs: 10_000 },
      ],
      stayOpen: {
        kind: 'backoff',
        firstMs: 10_000,
        factor: 2,
        maxMs: 120_000,
        jitterRatio: 0.2,
        hintMaxMs: 120_000,
      },
      probing: { probes: 10, atOnce: 3, closeWhen: { kind: 'success-ratio', ratio: 0.7 }, leaseMs: 30_000 },
    },
  },
];

/** What is slow is the dependency's own: a preset takes over what is in force. */
export function withPreset(inForce: Config, { parts }: Preset): Config {
  const slow = inForce.openWhen.find((rule) => rule.kind === 'slow-ratio');
  const openWhen = parts.openWhen.map((rule) =>
    rule.kind === 'slow-ratio' && slow ? { ...rule, slowMs: slow.slowMs } : rule,
  );
  return { ...inForce, ...parts, openWhen };
}

export function isPreset(config: Config, inForce: Config, preset: Preset): boolean {
  return isSame(config, withPreset(inForce, preset));
}
