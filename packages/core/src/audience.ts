import { checkEvent } from './check.ts';
import { type BreakerEventName, type BreakerEvents, Emitter } from './events.ts';

const EVENTS: readonly BreakerEventName[] = [
  'state-changed',
  'mode-changed',
  'configured',
  'call-rejected',
  'call-settled',
];
/** Names that people bring from elsewhere. */
const SLIPS: Record<string, string> = {
  open: '"state-changed"',
  close: '"state-changed"',
  closed: '"state-changed"',
  halfOpen: '"state-changed"',
  success: '"call-settled"',
  failure: '"call-settled"',
  reject: '"call-rejected"',
};

/** Who listens to a breaker. It has none until somebody does. */
export class Audience {
  readonly emitter: Emitter<BreakerEvents>;
  /** Whether anybody wants an event per call; without, none is made. */
  perCall = false;
  /** The timer that announces the next change that time alone will bring. */
  announcement: unknown = undefined;

  constructor(report: (error: unknown, where: string) => void) {
    this.emitter = new Emitter(report);
  }

  on<E extends BreakerEventName>(event: E, listener: (event: BreakerEvents[E]) => void): () => void {
    checkEvent(event, EVENTS, SLIPS);
    const off = this.emitter.on(event, listener);
    this.perCall = this.emitter.hears('call-settled');
    return () => {
      off();
      this.perCall = this.emitter.hears('call-settled');
    };
  }
}
