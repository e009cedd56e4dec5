import type { RowSummary } from '@cb/protocol';

/** One thing that is looked for: everywhere, or in one place. */
interface Term {
  text: string;
  in: 'all' | 'service' | 'tag' | 'instance';
  /** Rows that have it are left out. */
  not: boolean;
}

/** What somebody typed, taken apart once: every term must be found. The text itself is never a pattern. */
export interface Query {
  terms: readonly Term[];
  /** What instances are looked for by name: only the server knows their names. */
  instances: readonly string[];
}

const PREFIXES = [
  ['service:', 'service'],
  ['tag:', 'tag'],
  ['instance:', 'instance'],
] as const;

/** `pay kind:db tag:team=checkout -service:billing "connection refused"` */
export function readQuery(text: string): Query {
  const terms = split(text.toLowerCase()).map(readTerm);
  const found = terms.filter((term) => term.text !== '');
  return {
    terms: found,
    instances: [...new Set(found.flatMap((term) => (term.in === 'instance' ? [term.text] : [])))],
  };
}

/** Words, and what stands between quotation marks. A mark that is never closed reaches to the end. */
function split(text: string): string[] {
  const words: string[] = [];
  let word = '';
  let quoted = false;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    else if (!quoted && character.trim() === '') {
      words.push(word);
      word = '';
    } else word += character;
  }
  return [...words, word].filter((each) => each !== '');
}

function readTerm(word: string): Term {
  const not = word.startsWith('-');
  const text = not ? word.slice(1) : word;
  for (const [prefix, place] of PREFIXES) {
    if (text.startsWith(prefix)) return { text: text.slice(prefix.length), in: place, not };
  }
  return { text, in: 'all', not };
}

type Searched = Pick<RowSummary, 'row' | 'service' | 'name' | 'tags' | 'last'>;

/** A row as text that is searched: its name, each of its tags and its newest errors on lines of their own. */
interface Texts {
  readonly of: { name: string; tags: object; last: object | undefined };
  readonly service: string;
  readonly tags: string;
  readonly all: string;
}

/** Rows that texts are kept of: more than a dashboard has. */
const MOST = 50_000;

/** Finds rows. What is searched of a row is put together once, and again when it changes: typing has to be instant. */
export class Search {
  readonly #texts = new Map<number, Texts>();

  /** @param onInstance Rows that have an instance of that name, as the server knows them. */
  matches(row: Searched, query: Query, onInstance?: (text: string, row: number) => boolean): boolean {
    if (query.terms.length === 0) return true;
    const texts = this.#textsOf(row);
    return query.terms.every((term) => {
      const found = term.in === 'instance' ? onInstance?.(term.text, row.row) : finds(texts, term);
      return found !== term.not;
    });
  }

  #textsOf(row: Searched): Texts {
    const { name, tags, last } = row;
    const held = this.#texts.get(row.row);
    if (held?.of.tags === tags && held.of.last === last && held.of.name === name) return held;
    if (this.#texts.size >= MOST) this.#texts.clear();
    const texts = textsOf(row);
    this.#texts.set(row.row, texts);
    return texts;
  }
}

function textsOf({ service, name, tags, last }: Searched): Texts {
  const lines = Object.entries(tags).map(([key, value]) => `\n${key}=${value}`);
  const errors = (last?.errors ?? []).map((error) => `\n${error.code ?? ''} ${error.name} ${error.message}`);
  return {
    of: { name, tags, last },
    service: service.toLowerCase(),
    tags: lines.join('').toLowerCase(),
    all: `${service}/${name}${lines.join('')}${errors.join('')}`.toLowerCase(),
  };
}

function finds({ service, tags, all }: Texts, term: Term): boolean {
  if (term.in === 'service') return service.includes(term.text);
  if (term.in === 'tag') return tags.includes(term.text.replace(':', '='));
  if (all.includes(term.text)) return true;
  // `kind:db` is the tag of that name and a value that begins so.
  return term.text.includes(':') && tags.includes(`\n${term.text.replace(':', '=')}`);
}
