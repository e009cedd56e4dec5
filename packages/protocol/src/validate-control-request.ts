import { type Fields, isFields, LIMITS } from './clean.ts';
import { readId } from './validate.ts';
import { readAct, readVersion, wholeText } from './validate-control.ts';
import type { ControlRequest } from './wire-control.ts';

const EPOCH_CHARS = 64;

/** Reads the body of POST /api/v1/control. */
export function readControlRequest(value: unknown): ControlRequest | string {
  if (!isFields(value))
    return 'control takes an object like { epoch, rows: [1], op: "isolate", reason: "…" }';
  const epoch = wholeText(value.epoch, EPOCH_CHARS);
  if (!epoch) return 'control.epoch must be the epoch of the directory that the rows are from';
  const rows = readNumbers(value.rows, 'rows', LIMITS.controlRows);
  if (typeof rows === 'string') return rows;
  const act = readAct(value, 'control');
  if (typeof act === 'string') return act;
  const request: ControlRequest = { epoch, rows, ...act };
  return readAim(value, request) ?? request;
}

/** Lanes, versions and name; answers why they cannot be used. */
function readAim(value: Fields, request: ControlRequest): string | undefined {
  if (value.lanes !== undefined) {
    const lanes = readNumbers(value.lanes, 'lanes', LIMITS.controlLanes);
    if (typeof lanes === 'string') return lanes;
    request.lanes = lanes;
  }
  if (value.expect !== undefined) {
    const expect = readExpected(value.expect);
    if (typeof expect === 'string') return expect;
    request.expect = expect;
  }
  if (value.by !== undefined) {
    const by = wholeText(value.by, LIMITS.byChars);
    if (by === undefined) return `control.by must be a name of at most ${LIMITS.byChars} characters`;
    if (by !== '') request.by = by;
  }
  return undefined;
}

/** Distinct small whole numbers, 1 to `most` of them. */
function readNumbers(value: unknown, what: string, most: number): number[] | string {
  const refused = `control.${what} must be a list of 1 to ${most} numbers from the directory`;
  if (!Array.isArray(value) || value.length === 0 || value.length > most) return refused;
  const numbers = new Set<number>();
  for (const entry of value as unknown[]) {
    const number = readId(entry);
    if (number === undefined) return refused;
    numbers.add(number);
  }
  return [...numbers];
}

function readExpected(value: unknown): Record<string, number> | string {
  const refused = 'control.expect must hold the version that was seen for each lane, like { "7": 3 }';
  if (!isFields(value)) return refused;
  const lanes = Object.keys(value);
  if (lanes.length > LIMITS.controlLanes) return refused;
  const expected: Record<string, number> = Object.create(null);
  for (const lane of lanes) {
    const version = readVersion(value[lane]);
    if (version === undefined || !/^(0|[1-9]\d{0,9})$/.test(lane)) return refused;
    expected[lane] = version;
  }
  return expected;
}
