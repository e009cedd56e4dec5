import { LIMITS, type PolicyReport } from '@cb/protocol';
import type { Instance } from './instance.ts';
import { PolicyEntry } from './policy-entry.ts';

/** What is known of the policies of all instances, bounded. */
export class PolicyBook {
  readonly #most: number;
  /** Policies on instances. */
  size = 0;
  /** Reports that were refused because a limit was reached. */
  refused = 0;

  /** @param most Policies on instances that are kept. */
  constructor(most: number) {
    this.#most = most;
  }

  take({ policies }: Instance, reports: readonly PolicyReport[], now: number): void {
    for (const report of reports) {
      const held = policies.get(report.id);
      if (report.gone || held?.isOther(report)) this.#drop(policies, report.id);
      if (report.gone) continue;
      const entry = policies.get(report.id);
      if (entry !== undefined) entry.take(report, now);
      else if (this.size >= this.#most || policies.size >= LIMITS.policies) this.refused++;
      else {
        policies.set(report.id, new PolicyEntry(report, now));
        this.size++;
      }
    }
  }

  #drop(policies: Map<number, PolicyEntry>, id: number): void {
    if (policies.delete(id)) this.size--;
  }

  /** The instance is gone, or begins anew and says everything again. */
  forget({ policies }: Instance): void {
    this.size -= policies.size;
    policies.clear();
  }
}
