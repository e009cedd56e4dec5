import type { Registration, StateChange } from '@cb/protocol';
import { io, type Socket } from 'socket.io-client';

/** One instance of a service that says what the test tells it to, in the past too. */
export class WireService {
  readonly #socket: Socket;
  readonly #beat: ReturnType<typeof setInterval>;
  #seq = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#beat = setInterval(() => socket.emit('hb', { now: Date.now(), queued: 0, lost: 0 }), 3_000);
  }

  static async start(
    url: string,
    service: string,
    instance: string,
    breakers: readonly (Partial<Registration> & { id: number; name: string })[],
  ): Promise<WireService> {
    const socket = io(`${url}ingest`, { transports: ['websocket'], forceNew: true });
    const now = Date.now();
    const hello = { v: 1, service, instance, boot: `${instance}-1`, sdk: 'test', tags: {}, now };
    await socket.emitWithAck('hello', hello);
    const since = now - 20 * 3_600_000;
    const rest = { state: 'closed', mode: 'auto', since, config: null, configRevision: 1, tags: {} };
    await socket.emitWithAck(
      'reg',
      breakers.map((breaker) => ({ ...rest, ...breaker })),
    );
    return new WireService(socket);
  }

  /** @param agoMs How long ago it happened. @returns When that was. */
  async change(
    id: number,
    from: StateChange['from'],
    to: StateChange['to'],
    agoMs: number,
    more: Partial<StateChange> = {},
  ): Promise<number> {
    const t = Date.now() - agoMs;
    const why =
      to === 'open'
        ? { rule: 'failure-ratio', value: 0.61, limit: 0.5, calls: 100, bad: 61 }
        : { rule: 'unknown' };
    const told = {
      id,
      seq: ++this.#seq,
      t,
      from,
      to,
      mode: 'auto',
      modeFrom: 'auto',
      why,
      configRevision: 1,
    };
    await this.#socket.emitWithAck('st', [{ ...told, ...more }]);
    return t;
  }

  stop(): void {
    clearInterval(this.#beat);
    this.#socket.disconnect();
  }
}
