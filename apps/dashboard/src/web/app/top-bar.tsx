import { Link, useLocation } from 'wouter';
import { Glyph } from '../components/glyph.tsx';
import {
  ALERTS_PATH,
  AUDIT_PATH,
  hasTimeAxis,
  POLICIES_PATH,
  readBreakerPath,
  withSearch,
} from '../lib/paths.ts';
import { mayAct } from '../lib/roles.ts';
import { toggleTheme, useDark } from '../lib/theme.ts';
import { useAlertsConfigured, useRole } from '../live/hooks.ts';
import { LivePill } from './live-pill.tsx';
import { PauseButton } from './pause-button.tsx';
import { RangePicker } from './range-picker.tsx';
import { ReplayButton } from './replay-button.tsx';
import { RoleChip } from './role-chip.tsx';
import { SearchBox } from './search-box.tsx';

export function TopBar({ onHelp }: { onHelp: () => void }) {
  const [path] = useLocation();
  const breaker = readBreakerPath();
  const dark = useDark();
  const operator = mayAct(useRole(), 'operator');
  const alerts = useAlertsConfigured();
  return (
    <header className="top-bar">
      <Link className="brand" href={withSearch('/')} aria-label="breakers, all of them">
        <Glyph state="open" size={20} />
        <span className="brand-word">breakers</span>
      </Link>
      <nav className="pages" aria-label="Pages">
        <Link href={withSearch('/')} aria-current={path === '/' ? 'page' : undefined}>
          Fleet
        </Link>
        <Link href={withSearch(POLICIES_PATH)} aria-current={path === POLICIES_PATH ? 'page' : undefined}>
          Policies
        </Link>
        {alerts && (
          <Link href={withSearch(ALERTS_PATH)} aria-current={path === ALERTS_PATH ? 'page' : undefined}>
            Alerts
          </Link>
        )}
        {operator && (
          <Link href={withSearch(AUDIT_PATH)} aria-current={path === AUDIT_PATH ? 'page' : undefined}>
            Audit
          </Link>
        )}
      </nav>
      <nav className="crumbs" aria-label="You are here">
        {breaker && (
          <>
            <span>{breaker.service}</span>
            <span aria-hidden="true">/</span>
            <b>{breaker.name}</b>
          </>
        )}
      </nav>
      <SearchBox />
      {hasTimeAxis(path) && <RangePicker />}
      {hasTimeAxis(path) && <ReplayButton />}
      <RoleChip />
      <LivePill />
      <PauseButton />
      <button
        type="button"
        className="icon-button"
        onClick={toggleTheme}
        aria-label={dark ? 'Light look' : 'Dark look'}
      >
        <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
          <circle cx="8" cy="8" r="5.6" fill="none" stroke="currentColor" strokeWidth="1.4" />
          <path d="M8 2.4a5.6 5.6 0 0 1 0 11.2Z" fill="currentColor" />
        </svg>
      </button>
      <button type="button" className="icon-button help-button" onClick={onHelp} aria-label="Keyboard help">
        ?
      </button>
    </header>
  );
}
