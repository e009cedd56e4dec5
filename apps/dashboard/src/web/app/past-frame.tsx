import { useLocation } from 'wouter';
import { useIsPast } from '../lib/past.ts';
import { hasTimeAxis } from '../lib/paths.ts';
import { useReplay } from '../lib/replay.ts';
import './past-frame.css';

/** Around everything, so that no glance takes the past for the present. */
export function PastFrame() {
  const past = useIsPast();
  const replaying = useReplay() !== null;
  const [path] = useLocation();
  return (past || replaying) && hasTimeAxis(path) && <div className="past-frame" aria-hidden="true" />;
}
