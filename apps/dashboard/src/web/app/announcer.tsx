import { LANE } from '@cb/protocol';
import { useEffect, useState } from 'react';
import { announce, useAnnouncement } from '../lib/announce.ts';
import { createOpeningSpeaker } from '../lib/openings.ts';
import { whyRow } from '../lib/why.ts';
import { store } from '../live/live.ts';

/** How long an answer to a command can be read. */
const SHOWN_MS = 4_000;

/** Says aloud what cannot be seen: breakers that open, and what became of a command. */
export function Announcer() {
  const { text, id, shown } = useAnnouncement();
  useSpokenOpenings();
  return (
    <>
      <div className="hidden" role="status" data-announced={id}>
        {/* Another space makes the same words a change. */}
        {id % 2 === 0 ? text : `${text}\u00a0`}
      </div>
      {shown && <Toast key={id} text={text} />}
    </>
  );
}

function Toast({ text }: { text: string }) {
  const [gone, setGone] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setGone(true), SHOWN_MS);
    return () => clearTimeout(timer);
  }, []);
  return gone ? null : (
    <div className="toast" aria-hidden="true">
      {text}
    </div>
  );
}

function useSpokenOpenings(): void {
  useEffect(() => {
    const speaker = createOpeningSpeaker(announce, {
      set: (run, ms) => setTimeout(run, ms),
      now: () => performance.now(),
    });
    let troubled = new Set<number>();
    let epoch = '';
    const look = () => {
      const now = new Set<number>();
      // What was open when the page came is on it; only what opens from then on is news.
      const first = store.epoch !== epoch;
      for (const row of store.current()) {
        if (row.code !== LANE.open && row.code !== LANE.halfOpen) continue;
        now.add(row.row);
        // After a failed probe it is open again, which is none either.
        if (first || row.code !== LANE.open || troubled.has(row.row)) continue;
        speaker.add({ name: row.name, service: row.service, why: whyRow(row) });
      }
      troubled = now;
      epoch = store.epoch;
    };
    look();
    return store.indexChanged.add(look);
  }, []);
}
