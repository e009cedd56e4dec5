import { useState } from 'react';
import { connection } from '../live/live.ts';
import { readToken } from '../live/token.ts';

/** Where the server asks for a token. It stays in this tab. */
export function TokenForm() {
  const [token, setToken] = useState('');
  // The form comes again where the server did not take what was given.
  const [refused] = useState(() => readToken() !== undefined);
  return (
    <main className="page" data-page="token">
      <form
        className="empty token-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (token.trim()) connection.useToken(token.trim());
        }}
      >
        <h1>This dashboard asks for a token</h1>
        {refused && (
          <p className="token-refused" role="alert">
            The server did not take that token. After several wrong ones it waits a while before it takes any.
          </p>
        )}
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
