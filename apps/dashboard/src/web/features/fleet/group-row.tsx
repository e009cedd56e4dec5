import { memo } from 'react';
import { Glyph } from '../../components/glyph.tsx';
import { count } from '../../lib/format.ts';
import { slugOf, wordOf } from '../../lib/states.ts';
import { type Group, type Grouping, groupTitle, groupWords } from './groups.ts';

interface Props {
  group: Group;
  by: Grouping;
  folded: boolean;
  index: number;
  top: number;
  height: number;
  /** The tab key comes to the list here. */
  entry: boolean;
  card: boolean;
  onFold: (name: string) => void;
}

/** The head of a group: how many breakers, the worst of them as a lane, and how they stand in words. */
export const GroupRow = memo(function GroupRow(props: Props) {
  const { group, by, folded, index, top, height, entry, card, onFold } = props;
  const title = groupTitle(group.name, by);
  const words = groupWords(group);
  const toggle = () => onFold(group.name);
  const common = {
    'aria-rowindex': index + 2,
    'aria-level': 1,
    'aria-expanded': !folded,
    tabIndex: entry ? 0 : -1,
    'data-row': index,
    'data-group': group.name,
    'data-state': slugOf(group.code),
    style: { transform: `translateY(${top}px)`, height },
    onClick: toggle,
  };
  const name = (
    <>
      <span className="group-name">{title}</span>
      <span className="row-open">
        {count(group.rows.length)}
        {!card && <span className="group-unit">{group.rows.length === 1 ? ' breaker' : ' breakers'}</span>}
      </span>
    </>
  );
  const sign = (
    <svg className="group-sign" width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
      <path d={folded ? 'M3 1v8l5-4Z' : 'M1 3h8L5 8Z'} />
    </svg>
  );
  if (card) {
    return (
      <tr {...common} className="fleet-card-group">
        <td>
          {sign}
          {name}
        </td>
        <td className="group-words" data-words>
          {words}
        </td>
      </tr>
    );
  }
  return (
    <tr {...common} className="fleet-grid fleet-row fleet-group">
      <td className="cell-glyph">{sign}</td>
      <td className="cell-name">
        {name}
        <span className="group-glyph">
          <Glyph state={slugOf(group.code)} size={14} />
          <span className="hidden">{wordOf(slugOf(group.code))} at worst</span>
        </span>
      </td>
      <td />
      <td className="group-words" data-words>
        {words}
      </td>
    </tr>
  );
});
