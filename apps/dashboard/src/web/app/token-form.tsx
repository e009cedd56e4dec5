import { useState } from 'react';
import { connection } from '../live/live.ts';

/** Where the server asks for a token. It stays in this tab. */
export function TokenForm() {
  const [token, setToken] = useState('');
  return (
    <main className="page" data-page="token">
      <form
        className="empty token-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (token.trim()) connection.useToken(token.trim());
        }}
      >
        <h2>This dashboard asks for a token</h2>
        <p>Whoever runs it has set one for viewing. It is kept for this tab only.</p>
        <label>
          Token
          <input
            type="password"
            name="token"
            value={token}
            autoComplete="off"
            onChange={(event) => setToken(event.target.value)}
          />
        </label>
        <button type="submit" className="button primary">
          Open
        </button>
      </form>
    </main>
  );
}
