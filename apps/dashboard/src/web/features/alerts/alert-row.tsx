import type { AlertState, AlertStatus } from '@cb/protocol';
import { Link } from 'wouter';
import { Glyph } from '../../components/glyph.tsx';
import { count, elapsed } from '../../lib/format.ts';
import { breakerPath, withSearch } from '../../lib/paths.ts';
import { STATE_SLUGS, type StateSlug, wordOf } from '../../lib/states.ts';
import { countWords, deliveryWords, tryingWords, webhookWords } from './alert-words.ts';
import { SendTest } from './send-test.tsx';

/** Breakers named in the row; the number says how many there are. */
const MOST_NAMED = 5;

interface Props {
  alert: AlertStatus;
  now: number;
  mayTest: boolean;
}

export function AlertRow({ alert, now, mayTest }: Props) {
  const { name, watches, of, firing, firingCount, webhook, counts, last } = alert;
  return (
    <tr data-alert={name} data-firing={firingCount}>
      <th scope="row">
        <span className="alert-name">{name}</span>
        <span className="alert-rule">
          {watches} · {of}
        </span>
      </th>
      <td>
        {firingCount === 0 ? (
          <span className="muted">Quiet</span>
        ) : (
          <>
            <b className="alert-firing">{count(firingCount)} firing</b>
            <ul>
              {firing.slice(0, MOST_NAMED).map((each) => (
                <Firing key={`${each.service}\u001f${each.name}`} {...each} now={now} />
              ))}
            </ul>
            {firingCount > MOST_NAMED && (
              <span className="muted">and {count(firingCount - MOST_NAMED)} more</span>
            )}
          </>
        )}
      </td>
      <td>
        <span className="alert-host">{webhook.host}</span>
        <span className="alert-note">{webhookWords(webhook)}</span>
        {webhook.circuit !== 'closed' && (
          <span className="alert-trouble">Left alone for now: it failed too often</span>
        )}
      </td>
      <td>
        {webhook.trying && <span className="alert-trouble">{tryingWords(webhook.trying, now)}</span>}
        {last ? (
          <span className={last.ok ? 'alert-last' : 'alert-last alert-trouble'}>
            {deliveryWords(last, now)}
          </span>
        ) : (
          !webhook.trying && <span className="muted">Nothing sent yet</span>
        )}
        <span className="alert-note">{countWords(counts)}</span>
      </td>
      {mayTest && (
        <td>
          <SendTest name={name} />
        </td>
      )}
    </tr>
  );
}

type FiringProps = AlertStatus['firing'][number] & { now: number };

function Firing({ service, name, state, since, now }: FiringProps) {
  const slug = slugOf(state);
  return (
    <li className="alert-breaker">
      <Glyph state={slug} size={14} />
      <Link href={withSearch(breakerPath(service, name))}>
        {service}/{name}
      </Link>{' '}
      <span className="muted">
        {wordOf(slug)} · {elapsed(now - since)}
      </span>
    </li>
  );
}

function slugOf(state: AlertState): StateSlug {
  return STATE_SLUGS.find((slug) => slug === state) ?? 'no-data';
}
