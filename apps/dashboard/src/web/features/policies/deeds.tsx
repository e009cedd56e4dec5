import { rate, shortCount } from '../../lib/format.ts';
import type { Deed } from './kinds.ts';

/** What a policy did: how much a second, and how much since its processes began. */
export function Deeds({ deeds }: { deeds: readonly Deed[] }) {
  return (
    <ul className="deeds">
      {deeds.map(({ word, perSecond, total, trouble }) => (
        <li
          key={word}
          className={perSecond > 0 ? (trouble ? 'deed deed-trouble' : 'deed') : 'deed deed-quiet'}
        >
          <span className="deed-rate">
            <b>{slow(perSecond)}/s</b> {word}
          </span>
          <span className="deed-total">
            {shortCount(total)}
            <span className="hidden"> in total</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

/** A rate that rounds to nothing is not nothing. */
function slow(perSecond: number): string {
  return perSecond > 0 && perSecond < 0.05 ? '<0.1' : rate(perSecond);
}
