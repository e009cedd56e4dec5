import type { AlertNotice, AlertPayload } from '@cb/protocol';

const MOST_LINES = 15;
const LONGEST_LINE = 400;

/** Body for an incoming webhook of Slack: one line per notice, at most 15 of them. */
export function slackBody({ notices, missed, test, dashboard }: AlertPayload): string {
  const lines = notices.slice(0, MOST_LINES).map(line);
  const more = notices.length - lines.length;
  if (more > 0) lines.push(dashboard ? `… and ${more} more: <${dashboard}|dashboard>` : `… and ${more} more`);
  if (missed > 0) lines.push(`${missed} earlier ones were not delivered`);
  if (test) lines.unshift('_This is a test._');
  return JSON.stringify({ text: lines.join('\n') });
}

function line({ status, rule, summary, link }: AlertNotice): string {
  const sign = status === 'firing' ? ':red_circle:' : ':large_blue_circle:';
  const text = escaped(summary.length > LONGEST_LINE ? `${summary.slice(0, LONGEST_LINE)}…` : summary);
  const linked = link === undefined ? text : `<${link}|${text.replaceAll('|', '¦')}>`;
  return `${sign} ${linked} (${escaped(rule)})`;
}

/** Names come from services: none of them may become a link, or call the whole channel. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
