import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';
import { hoverTime } from '../lib/hover.ts';
import { ALERTS_PATH, AUDIT_PATH, hasTimeAxis, POLICIES_PATH, withSearch } from '../lib/paths.ts';
import { mayAct } from '../lib/roles.ts';
import { getView, panBy, togglePause, zoomBy } from '../lib/view.ts';
import { toggleWhatIf } from '../lib/what-if-state.ts';
import { connection } from '../live/live.ts';

/** A second key of a pair has to follow within this time. */
const PAIR_MS = 800;

export function useShortcuts(toggleHelp: () => void): void {
  const [path, navigate] = useLocation();
  const latest = useRef({ path, navigate, toggleHelp });
  latest.current = { path, navigate, toggleHelp };
  useEffect(() => {
    let leadAt = 0;
    const onKey = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented) return;
      const target = event.target as HTMLElement;
      const { path: at, navigate: go, toggleHelp: help } = latest.current;
      if (target.closest('dialog')) return;
      if (target.closest('input, textarea, select')) {
        if (event.key === 'Escape') target.blur();
        return;
      }
      const paired = event.timeStamp - leadAt < PAIR_MS;
      leadAt = 0;
      if (paired && event.key === 'a') {
        if (mayAct(connection.standing().role, 'operator')) go(withSearch(AUDIT_PATH));
        return;
      }
      // Nothing on those pages has a time axis.
      if ('wsad'.includes(event.key) && !hasTimeAxis(at)) return;
      switch (event.key) {
        case '/': {
          event.preventDefault();
          const search = document.getElementById('search');
          if (search instanceof HTMLInputElement) {
            search.focus();
            search.select();
          }
          break;
        }
        case ' ':
          // Space on a button is that button's.
          if (target.closest('button, a')) return;
          event.preventDefault();
          togglePause();
          break;
        case '?':
          help();
          break;
        case 'g':
          leadAt = event.timeStamp;
          break;
        case 'f':
          if (paired) go(withSearch('/'));
          break;
        case 'l':
          if (paired && connection.standing().alerts) go(withSearch(ALERTS_PATH));
          break;
        case 'p':
          if (paired) go(withSearch(POLICIES_PATH));
          break;
        case 'w':
          zoomBy(0.7, hoverTime() ?? undefined);
          break;
        case 's':
          zoomBy(1 / 0.7, hoverTime() ?? undefined);
          break;
        case 'a':
          panBy(-getView().spanMs / 5);
          break;
        case 'd':
          panBy(getView().spanMs / 5);
          break;
        case 'i':
          if (at.startsWith('/b/')) toggleWhatIf();
          break;
        case 'Escape':
          if (document.activeElement instanceof HTMLElement && document.activeElement !== document.body) {
            document.activeElement.blur();
          } else if (at !== '/') go(withSearch('/'));
          break;
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}
