import type { AlertDelivery, AlertStatus } from '@cb/protocol';

/** What became of the notices of one rule. */
export class AlertTally {
  made = 0;
  delivered = 0;
  failed = 0;
  dropped = 0;
  waiting = 0;
  last: AlertDelivery | undefined;

  /** One notice was part of this request. */
  settle(delivery: AlertDelivery): void {
    this.waiting--;
    if (delivery.ok) this.delivered++;
    else this.failed++;
    this.last = delivery;
  }

  get counts(): AlertStatus['counts'] {
    const { made, delivered, failed, dropped, waiting } = this;
    return { made, delivered, failed, dropped, waiting };
  }
}
