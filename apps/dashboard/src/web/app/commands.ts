import { navigate } from 'wouter/use-browser-location';
import { addCommands, type Command } from '../lib/commands.ts';
import { focusHeading, isResting } from '../lib/focus.ts';
import { keyList } from '../lib/key-list.ts';
import { ALERTS_PATH, AUDIT_PATH, POLICIES_PATH, readBreakerPath, withSearch } from '../lib/paths.ts';
import { getReplay, stopReplay } from '../lib/replay.ts';
import { mayAct } from '../lib/roles.ts';
import { setSingleKeys, singleKeys } from '../lib/single-keys.ts';
import { isDark, toggleTheme } from '../lib/theme.ts';
import { copyLink } from '../lib/view-link.ts';
import { toggleWhatIf } from '../lib/what-if-state.ts';
import { connection } from '../live/live.ts';
import { showOverlay } from './overlay.ts';
import { TIME_COMMANDS } from './time-commands.ts';
import { isWall, toggleWall } from './wall.ts';

const go = (path: string) => () => navigate(withSearch(path));
const hasList = () => keyList() !== undefined;
/** Arrows scroll the page unless a row has the focus; letters always mean the list. */
const movesRows = (pressed?: string) =>
  pressed === undefined || pressed.length === 1 ? hasList() : keyList()?.focused() === true;

const PAGES: readonly Command[] = [
  { id: 'go.fleet', group: 'Go to', words: 'Fleet: all breakers', keys: ['g f'], run: go('/') },
  {
    id: 'go.policies',
    group: 'Go to',
    words: 'Policies: retries, timeouts, bulkheads …',
    keys: ['g p'],
    run: go(POLICIES_PATH),
  },
  {
    id: 'go.alerts',
    group: 'Go to',
    words: 'Alerts',
    keys: ['g l'],
    available: () => connection.standing().alerts,
    run: go(ALERTS_PATH),
  },
  {
    id: 'go.audit',
    group: 'Go to',
    words: 'Audit log: who did what',
    keys: ['g a'],
    available: () => mayAct(connection.standing().role, 'operator'),
    run: go(AUDIT_PATH),
  },
  { id: 'go.search', group: 'Go to', words: 'Search', keys: ['/'], also: 'find filter', run: focusSearch },
];

const LIST: readonly Command[] = [
  {
    id: 'row.next',
    group: 'List',
    words: 'Next row',
    keys: ['j', 'ArrowDown'],
    repeats: true,
    keysOnly: true,
    available: movesRows,
    run: () => keyList()?.step(1),
  },
  {
    id: 'row.previous',
    group: 'List',
    words: 'Previous row',
    keys: ['k', 'ArrowUp'],
    repeats: true,
    keysOnly: true,
    available: movesRows,
    run: () => keyList()?.step(-1),
  },
  {
    id: 'row.open',
    group: 'List',
    words: 'Open the row',
    keys: ['Enter'],
    keysOnly: true,
    available: () => keyList()?.focused() === true,
    run: () => keyList()?.open(),
  },
];

const REST: readonly Command[] = [
  {
    id: 'breaker.what-if',
    group: 'Actions',
    words: 'What if its settings were others?',
    keys: ['i'],
    also: 'simulate settings limits',
    available: () => readBreakerPath() !== undefined,
    run: toggleWhatIf,
  },
  {
    id: 'look.theme',
    group: 'Look',
    words: () => (isDark() ? 'Light look' : 'Dark look'),
    also: 'theme colours mode',
    run: toggleTheme,
  },
  {
    id: 'look.wall',
    group: 'Look',
    words: () => (isWall() ? 'Leave the wall' : 'Wall: squares for a large screen'),
    keys: ['f'],
    also: 'full screen tv squares',
    run: toggleWall,
  },
  {
    id: 'look.print',
    group: 'Look',
    words: 'Print what is on screen',
    also: 'pdf paper',
    run: () => print(),
  },
  {
    id: 'look.link',
    group: 'Look',
    words: 'Copy link to this moment: under the crosshair, or on screen',
    keys: ['l'],
    also: 'share address url permalink clipboard',
    run: () => void copyLink(),
  },
  {
    id: 'help.palette',
    group: 'Help',
    words: 'Find anything: breakers, pages, commands',
    keys: ['Mod+k'],
    keysOnly: true,
    run: () => showOverlay('palette'),
  },
  { id: 'help.keys', group: 'Help', words: 'This help', keys: ['?'], run: () => showOverlay('help') },
  {
    id: 'help.single-keys',
    group: 'Help',
    words: () => (singleKeys() ? 'Switch single-letter keys off' : 'Switch single-letter keys on'),
    also: 'keyboard shortcuts',
    run: () => setSingleKeys(!singleKeys()),
  },
  { id: 'help.leave', group: 'Help', words: 'Close, leave', keys: ['Escape'], keysOnly: true, run: leave },
];

addCommands(...PAGES, ...LIST, ...TIME_COMMANDS, ...REST);

function focusSearch(): void {
  const search = document.getElementById('search');
  if (!(search instanceof HTMLInputElement)) return;
  search.focus();
  search.select();
}

/** First back to the page from what has the focus, then back to the fleet. */
function leave(): void {
  if (!isResting()) focusHeading();
  else if (getReplay()) stopReplay();
  else if (isWall()) toggleWall();
  else if (location.pathname !== '/') navigate(withSearch('/'));
}
