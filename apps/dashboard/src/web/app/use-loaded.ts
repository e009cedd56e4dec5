import { useEffect, useState } from 'react';

/**
 * A part of the page whose code comes when it is first wanted. Where it cannot be had (the server is away) `fail` is
 * called, and the next time it is tried again.
 */
export function useLoaded<T>(
  load: () => Promise<{ default: T }>,
  wanted: boolean,
  fail: () => void,
): T | undefined {
  const [part, setPart] = useState<{ it: T }>();
  // Dependencies on purpose: what to load and whom to tell never change.
  useEffect(() => {
    if (!wanted) return;
    let gone = false;
    load().then(
      (module) => setPart({ it: module.default }),
      () => {
        if (!gone) fail();
      },
    );
    return () => {
      gone = true;
    };
  }, [wanted]);
  return wanted ? part?.it : undefined;
}
