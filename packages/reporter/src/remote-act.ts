import type { Breaker, ConfigInput, Mode } from '@cb/core';
import type { ControlCommand, ControlOp } from '@cb/protocol';

const MODES: Partial<Record<ControlOp, Mode>> = {
  isolate: 'forced-open',
  'force-closed': 'forced-closed',
  observe: 'observing',
  release: 'auto',
};
/** The parts of a configuration that are plain data: what else `configure` knows by name cannot come from elsewhere. */
const SETTINGS = [
  'window',
  'openWhen',
  'stayOpen',
  'probing',
  'rampUp',
  'counting',
  'failAfterMs',
  'warmUpMs',
];

/**
 * Does to the breaker what the command says. Answers what there is to add for the person, where nothing changed.
 *
 * @throws TypeError, RangeError for settings that cannot work.
 */
export function actOn(
  breaker: Breaker,
  { op, by, reason, forMs, config }: ControlCommand,
): string | undefined {
  const mode = MODES[op];
  if (mode !== undefined)
    return layMode(breaker, mode, { by, reason, ...(forMs === undefined ? {} : { forMs }) });
  if (op === 'configure') return configure(breaker, config);
  if (op === 'reset') {
    breaker.reset({ by, reason });
    return undefined;
  }
  const { state } = breaker;
  breaker.probeNow({ by, reason });
  return state === 'open' ? undefined : `it was ${state}, with no open time to end`;
}

function layMode(
  breaker: Breaker,
  mode: Mode,
  options: { by: string; reason: string; forMs?: number },
): string | undefined {
  const before = breaker.mode;
  breaker.setMode(mode, options);
  return mode === 'auto' && before === 'auto' ? 'no mode was laid over it' : undefined;
}

function configure(breaker: Breaker, config: unknown): undefined {
  const unknown = Object.keys(config as object).find((key) => !SETTINGS.includes(key));
  if (unknown !== undefined)
    throw new TypeError(`there is no setting "${unknown}"; there are ${SETTINGS.join(', ')}`);
  breaker.configure(config as ConfigInput);
}
