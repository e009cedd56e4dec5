import { useEffect, useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { Kbd } from '../components/kbd.tsx';
import { POLICIES_PATH } from '../lib/paths.ts';
import { PaletteButton } from './palette/palette-button.tsx';

/** Filters the fleet or the policies while typing; on a breaker's page it leads back to the fleet. */
export function SearchBox() {
  const [params] = useSearchParams();
  const [path, navigate] = useLocation();
  const policies = path === POLICIES_PATH;
  const said = params.get('q') ?? '';
  const [text, setText] = useState(said);
  useEffect(() => setText(said), [said]);
  const search = (value: string) => {
    setText(value);
    const next = new URLSearchParams(location.search);
    if (value) next.set('q', value);
    else next.delete('q');
    const query = next.toString();
    const page = policies ? POLICIES_PATH : '/';
    navigate(`${page}${query ? `?${query}` : ''}`, { replace: location.pathname === page });
  };
  return (
    <search className="search">
      <svg width="15" height="15" viewBox="0 0 15 15" aria-hidden="true">
        <circle cx="6.4" cy="6.4" r="4.4" fill="none" stroke="currentColor" strokeWidth="1.6" />
        <path d="m9.8 9.8 3.6 3.6" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" />
      </svg>
      <input
        id="search"
        type="search"
        value={text}
        placeholder={policies ? 'Find a policy, kind, service …' : 'Find a breaker, service, error, tag …'}
        aria-label={policies ? 'Find a policy' : 'Find a breaker'}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => search(event.target.value)}
      />
      <Kbd>/</Kbd>
      <PaletteButton />
    </search>
  );
}
