import { type ControlAnswer, type ControlCommand, readControlCommand, scrub } from '@cb/protocol';
import { CommandRate } from './command-rate.ts';
import { type AllowRemoteControl, type RemoteCommand, refusalOf } from './permission.ts';
import { actOn } from './remote-act.ts';
import type { Tracked } from './tracked.ts';

export interface CommandOptions {
  allowRemoteControl: AllowRemoteControl;
  onControl: ((command: RemoteCommand, answer: ControlAnswer) => unknown) | undefined;
}

/** Takes commands of people at the dashboard, as far as the service allows it. Never throws and never waits. */
export class Commands {
  readonly #options: CommandOptions;
  readonly #find: (id: number) => Tracked | undefined;
  readonly #rate: CommandRate = new CommandRate();
  /** Commands that were done, and those that were not, since boot. */
  done = 0;
  refused = 0;

  constructor(options: CommandOptions, find: (id: number) => Tracked | undefined) {
    this.#options = options;
    this.#find = find;
  }

  /** @param stillAsked Whether the connection that asked still stands: nobody hears of what is done after it. */
  take(message: unknown, reply: (answer: ControlAnswer) => void, stillAsked: () => boolean): void {
    this.#answer(message, stillAsked)
      .then((answer) => {
        if (answer.ok) this.done++;
        else this.refused++;
        reply(answer);
      })
      .catch(() => {
        // What cannot be answered is a silence that the dashboard shows.
      });
  }

  async #answer(message: unknown, stillAsked: () => boolean): Promise<ControlAnswer> {
    if (!this.#rate.take())
      return no(0, 'refused', 'too many commands at once, the service takes ten a second');
    const command = readControlCommand(message);
    if (typeof command === 'string') return no(0, 'invalid', command);
    const tracked = this.#find(command.id);
    if (tracked === undefined) return no(0, 'gone', 'the service has no such breaker any more');
    const shown = shownTo(command, tracked);
    const refusal = await refusalOf(this.#options.allowRemoteControl, shown);
    const answer = this.#act(command, tracked, stillAsked() ? refusal : 'the connection that asked is gone');
    this.#tell(shown, answer);
    return answer;
  }

  /** Nothing comes between the comparison and the act. */
  #act(command: ControlCommand, tracked: Tracked, refusal: string | undefined): ControlAnswer {
    const { version } = tracked;
    if (refusal !== undefined) return no(version, 'refused', refusal);
    if (this.#find(command.id) !== tracked) return no(version, 'gone', 'the breaker was removed meanwhile');
    if (command.expect !== undefined && command.expect !== version) {
      return no(
        version,
        'changed',
        `mode or settings were changed meanwhile: version ${version}, not ${command.expect}`,
      );
    }
    try {
      const message = actOn(tracked.breaker, command);
      const answer = { ok: true, version: tracked.version };
      return message === undefined ? answer : { ...answer, message };
    } catch (error) {
      const kind = command.op === 'configure' ? 'invalid' : 'failed';
      return no(version, kind, scrub(error instanceof Error ? error.message : 'not an error'));
    }
  }

  #tell(command: RemoteCommand, answer: ControlAnswer): void {
    // The service's own log may fail, at once or later; the act is done.
    Promise.resolve(command)
      .then((told) => this.#options.onControl?.(told, { ...answer }))
      .catch(() => {});
  }
}

function no(version: number, error: NonNullable<ControlAnswer['error']>, message: string): ControlAnswer {
  return { ok: false, version, error, message };
}

function shownTo(
  { id: _id, expect: _expect, ...rest }: ControlCommand,
  { name, breaker }: Tracked,
): RemoteCommand {
  return Object.freeze({ ...rest, breaker: name, tags: breaker.tags });
}
