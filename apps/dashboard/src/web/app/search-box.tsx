import { useEffect, useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { Kbd } from '../components/kbd.tsx';
import { AUDIT_PATH, POLICIES_PATH } from '../lib/paths.ts';
import { PaletteButton } from './palette/palette-button.tsx';

interface Place {
  label: string;
  hint: string;
}

/** Pages with something of their own to find. */
const PLACES = new Map<string, Place>([
  [POLICIES_PATH, { label: 'Find a policy', hint: 'Find a policy, kind, service …' }],
  [AUDIT_PATH, { label: 'Find in the audit log', hint: 'Find who, what, breaker, reason …' }],
]);
const FLEET: Place = {
  label: 'Find a breaker',
  hint: 'Find a breaker, service, error, tag:team=checkout …',
};

/** Filters the fleet, the policies or the audit log while typing; on a breaker's page it leads back to the fleet. */
export function SearchBox() {
  const [params] = useSearchParams();
  const [path, navigate] = useLocation();
  const place = PLACES.get(path);
  const { label, hint } = place ?? FLEET;
  const said = params.get('q') ?? '';
  const [text, setText] = useState(said);
  useEffect(() => setText(said), [said]);
  const search = (value: string) => {
    setText(value);
    const next = new URLSearchParams(location.search);
    if (value) next.set('q', value);
    else next.delete('q');
    const query = next.toString();
    const page = place ? path : '/';
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
        placeholder={hint}
        aria-label={label}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => search(event.target.value)}
      />
      <Kbd>/</Kbd>
      <PaletteButton />
    </search>
  );
}
