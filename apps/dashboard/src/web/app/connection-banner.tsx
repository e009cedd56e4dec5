import { useEffect, useState } from 'react';
import { elapsed } from '../lib/format.ts';
import { useConnectionState, useFleetIndex } from '../live/hooks.ts';
import { connection } from '../live/live.ts';

/** Says that what is on screen is old, and how old. A blink of the line is not worth a banner. */
const PATIENCE_MS = 1500;

export function ConnectionBanner() {
  const state = useConnectionState();
  const { loaded } = useFleetIndex();
  const [age, setAge] = useState(0);
  useEffect(() => {
    if (state !== 'reconnecting') {
      setAge(0);
      return;
    }
    const timer = setInterval(() => setAge(connection.ageMs()), 500);
    return () => clearInterval(timer);
  }, [state]);
  if (state !== 'reconnecting' || !loaded || age < PATIENCE_MS) return null;
  return (
    <div className="banner" role="status">
      <b>Reconnecting.</b> The dashboard server was last heard {elapsed(age)} ago; what is shown is from then.
    </div>
  );
}
