import { Snippet } from '../../components/snippet.tsx';

export function EmptyFleet() {
  return (
    <section className="empty" role="status">
      <h2>No breaker has reported yet</h2>
      <p>Add this to a service. Its breakers appear here by themselves, without a reload.</p>
      <Snippet />
    </section>
  );
}
