const EXAMPLE = `{
  "publicUrl": "${location.origin}",
  "alerts": [
    {
      "name": "payments open",
      "when": "open-longer",
      "longerThanMs": 60000,
      "match": { "service": "checkout", "name": "payments*" },
      "webhook": {
        "url": "https://hooks.example.com/breakers",
        "secretFile": "/run/secrets/webhook"
      }
    }
  ]
}`;

export function EmptyAlerts() {
  return (
    <section className="empty" role="status">
      <h2>No alert is configured</h2>
      <p>
        The server can tell a webhook, or a channel in Slack, when a breaker opens, stays open, flaps or falls
        silent. Whoever runs it writes rules into its configuration file:
      </p>
      <pre className="snippet">
        <code>{EXAMPLE}</code>
      </pre>
      <p>
        and starts it with <code>--config FILE</code>.
      </p>
    </section>
  );
}
