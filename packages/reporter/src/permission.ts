import { type ControlCommand, type ControlOp, scrub } from '@cb/protocol';

/** A command as the service's own code sees it: plain data. */
export interface RemoteCommand extends Omit<ControlCommand, 'id' | 'expect'> {
  /** Name of the breaker, as the dashboard shows it. */
  readonly breaker: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** True allows. False refuses, and so does a string, which is the reason that the person reads. */
export type Decision = boolean | string;

/** What people may do from the dashboard: all, nothing, some operations, or what a function decides of each command. */
export type AllowRemoteControl =
  | boolean
  | readonly ControlOp[]
  | ((command: RemoteCommand) => Decision | Promise<Decision>);

/** How long a deciding function may take. Shorter than the dashboard waits, so that the person reads why nothing happened. */
const DECIDE_MS = 4_000;

/** Why the service refuses the command, in words; undefined where it allows it. Never rejects. */
export async function refusalOf(
  allow: AllowRemoteControl,
  command: RemoteCommand,
): Promise<string | undefined> {
  if (typeof allow === 'function') return await decided(allow, command);
  if (allow === true) return undefined;
  if (allow === false) return 'this service takes no commands: it runs without allowRemoteControl';
  return allow.includes(command.op) ? undefined : `this service allows only ${allow.join(', ')}`;
}

async function decided(
  decide: (command: RemoteCommand) => Decision | Promise<Decision>,
  command: RemoteCommand,
): Promise<string | undefined> {
  let patience: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<Decision>((resolve) => {
    patience = setTimeout(() => resolve(`the service did not decide within ${DECIDE_MS} ms`), DECIDE_MS);
    patience.unref?.();
  });
  try {
    const decision: unknown = await Promise.race([Promise.resolve(command).then(decide), late]);
    if (decision === true) return undefined;
    return (typeof decision === 'string' && scrub(decision)) || 'the service refused it';
  } catch (error) {
    return `the service failed to decide: ${scrub(error instanceof Error ? error.message : 'not an error')}`;
  } finally {
    clearTimeout(patience);
  }
}
