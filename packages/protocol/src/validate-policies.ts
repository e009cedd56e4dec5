import {
  cleanInteger,
  cleanJson,
  cleanName,
  cleanNumber,
  cleanText,
  type Fields,
  isFields,
  type JsonBounds,
  LIMITS,
} from './clean.ts';
import { type Batch, readBatch, readId } from './validate.ts';
import type { PolicyReport } from './wire.ts';

const CONFIG: JsonBounds = {
  depth: LIMITS.policyConfigDepth,
  values: LIMITS.policyConfigValues,
  chars: LIMITS.policyConfigChars,
};

/** Reads `pol`: at most `LIMITS.policies` entries. A kind that nobody knows yet is kept as it is. */
export function readPolicies(value: unknown): Batch<PolicyReport> | string {
  return readBatch(value, 'pol', readPolicy, LIMITS.policies);
}

function readPolicy(value: Fields): PolicyReport | undefined {
  const id = readId(value.id);
  const kind = cleanText(value.kind, LIMITS.kindChars);
  const name = cleanName(value.name);
  if (id === undefined || !kind || name === undefined) return undefined;
  const report: PolicyReport = {
    id,
    kind,
    name,
    counts: readNumbers(value.counts, cleanInteger),
    gauges: readNumbers(value.gauges, gauge),
  };
  if (value.config !== undefined) report.config = cleanJson(value.config, CONFIG) ?? null;
  if (value.gone === true) report.gone = true;
  return report;
}

function gauge(value: unknown): number | undefined {
  return cleanNumber(value, -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
}

/** A fresh, prototype-free record of the first 32 usable numbers. */
function readNumbers(value: unknown, read: (entry: unknown) => number | undefined): Record<string, number> {
  const numbers: Record<string, number> = Object.create(null);
  if (!isFields(value)) return numbers;
  let count = 0;
  for (const key of Object.keys(value)) {
    if (count === LIMITS.counters) break;
    const name = cleanText(key, LIMITS.counterChars);
    const number = read(value[key]);
    if (!name || number === undefined || name in numbers) continue;
    numbers[name] = number;
    count++;
  }
  return numbers;
}
