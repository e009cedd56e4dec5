import type { PolicyNumbers, PolicyRow } from '@cb/protocol';
import { count } from '../../lib/format.ts';
import { Deeds } from './deeds.tsx';
import { KindGlyph } from './kind-glyph.tsx';
import { allDeeds, deedsOf, kindWord } from './kinds.ts';
import { nowWords } from './now-words.ts';
import { settingsWords } from './settings-words.ts';

interface Props {
  row: PolicyRow;
  open: boolean;
  onToggle: () => void;
}

/** One policy over all instances; opened, each instance by itself and everything it counted. */
export function PolicyRows({ row, open, onToggle }: Props) {
  const { service, kind, name, instances, mixed, each = [] } = row;
  return (
    <>
      <tr className="policy-row" data-policy={`${service}/${name}`} data-kind={kind}>
        <th scope="row" className="policy-who">
          <button type="button" className="policy-open" aria-expanded={open} onClick={onToggle}>
            <KindGlyph kind={kind} />
            <span className="policy-name">{name}</span>
            <span className="policy-kind">
              {kindWord(kind)}
              {instances > 1 && <> · {count(instances)} instances</>}
            </span>
          </button>
        </th>
        <Cells kind={kind} numbers={row} mixed={mixed === true} />
      </tr>
      {open && (
        <>
          {each.map((one) => (
            <tr key={one.instance} className="policy-row policy-each" data-instance={one.instance}>
              <th scope="row" className="policy-who">
                <span className="policy-instance">{one.instance}</span>
              </th>
              <Cells kind={kind} numbers={one} mixed={false} />
            </tr>
          ))}
          <tr className="policy-row policy-all">
            <th scope="row" className="policy-who">
              <span className="policy-instance">Everything counted</span>
            </th>
            <td colSpan={3}>{allWords(row)}</td>
          </tr>
        </>
      )}
    </>
  );
}

function Cells({ kind, numbers, mixed }: { kind: string; numbers: PolicyNumbers; mixed: boolean }) {
  return (
    <>
      <td className="policy-did">
        <Deeds deeds={deedsOf(kind, numbers)} />
      </td>
      <td className="policy-now">{nowWords(numbers.gauges).map(whole).join(' · ')}</td>
      <td className="policy-settings">
        {settingsWords(kind, numbers.config).map(withUnits).join(' · ')}
        {mixed && <span className="policy-mixed"> Not the same on every instance.</span>}
      </td>
    </>
  );
}

/** No line ends within it. */
function whole(text: string): string {
  return text.replaceAll(' ', '\u00a0');
}

/** No line ends between a number and its unit. */
function withUnits(text: string): string {
  return text.replace(/(?<=\d) (?=(?:ms|s|min|h|%)(?!\w))/g, '\u00a0');
}

function allWords(numbers: PolicyNumbers): string {
  const deeds = allDeeds(numbers);
  return deeds.length === 0
    ? 'Nothing.'
    : deeds.map(({ word, total }) => `${word} ${count(total)}`).join(' · ');
}
