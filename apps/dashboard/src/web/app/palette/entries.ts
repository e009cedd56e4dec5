import { navigate } from 'wouter/use-browser-location';
import { allCommands, COMMAND_GROUPS, type Command, isAvailable, wordsOf } from '../../lib/commands.ts';
import { count } from '../../lib/format.ts';
import type { Findable } from '../../lib/match.ts';
import { breakerPath, withSearch } from '../../lib/paths.ts';
import { type StateSlug, slugOf, wordOf } from '../../lib/states.ts';
import type { RowView } from '../../live/row-view.ts';

/** A line of the palette. */
export interface Entry extends Findable {
  id: string;
  words: string;
  /** Behind the words: a service, a number. */
  note: string;
  state?: StateSlug;
  keys?: string | undefined;
  run: () => void;
}

/** What there is to be found. Written down once, when the palette opens: ten thousand names are many. */
export interface Entries {
  commands: readonly (Entry & { group: string })[];
  services: readonly Entry[];
  breakers: readonly Entry[];
}

/** @param rows Trouble first: of equal matches those come first. */
export function makeEntries(rows: readonly RowView[]): Entries {
  return { commands: commandEntries(), services: serviceEntries(rows), breakers: rows.map(breakerEntry) };
}

function commandEntries(): Entries['commands'] {
  const shown = allCommands().filter((command) => !command.keysOnly && isAvailable(command));
  return COMMAND_GROUPS.flatMap((group) =>
    shown.filter((each) => groupOf(each) === group).map((each) => commandEntry(each, group)),
  );
}

function groupOf(command: Command): string {
  return command.group ?? 'Actions';
}

function commandEntry(command: Command, group: string): Entry & { group: string } {
  const words = wordsOf(command);
  return {
    id: command.id,
    group,
    words,
    note: '',
    keys: command.keys?.[0],
    name: words.toLowerCase(),
    rest: `${group} ${command.also ?? ''}`.toLowerCase(),
    run: command.run,
  };
}

function serviceEntries(rows: readonly RowView[]): Entry[] {
  const counts = new Map<string, number>();
  for (const { service } of rows) counts.set(service, (counts.get(service) ?? 0) + 1);
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([service, n]) => ({
      id: `service ${service}`,
      words: service,
      note: n === 1 ? '1 breaker' : `${count(n)} breakers`,
      name: service.toLowerCase(),
      rest: 'service',
      run: () => openService(service),
    }));
}

function openService(service: string): void {
  const params = new URLSearchParams(location.search);
  params.set('service', service);
  params.delete('q');
  params.delete('state');
  navigate(`/?${params}`);
}

function breakerEntry(row: RowView): Entry {
  const slug = slugOf(row.code);
  return {
    id: `breaker ${row.key}`,
    words: row.name,
    note: row.service,
    state: slug,
    name: row.name.toLowerCase(),
    rest: `${row.service} ${wordOf(slug)} ${Object.values(row.tags).join(' ')}`.toLowerCase(),
    run: () => navigate(withSearch(breakerPath(row.service, row.name))),
  };
}
