import { Snippet } from '../../components/snippet.tsx';

export function EmptyPolicies() {
  return (
    <section className="empty" role="status">
      <h2>No policy has reported yet</h2>
      <p>
        Hand the pipelines of a service to its reporter. Their retries, timeouts, bulkheads, rate limits,
        fallbacks, shared calls and hedges appear here by themselves.
      </p>
      <Snippet imported="import { payments } from './pipelines.js';" reported="pipelines: [payments]" />
      <p>
        A policy that stands alone: <code>policies: [searchTimeout]</code>, or later{' '}
        <code>reporter.add(searchTimeout)</code>.
      </p>
    </section>
  );
}
