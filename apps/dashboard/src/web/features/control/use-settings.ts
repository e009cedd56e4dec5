import type { BreakerDetail } from '@cb/protocol';
import { useEffect, useState } from 'react';
import { readBreaker } from '../../live/api.ts';

/** The settings in force, read once, and again with every `round`; undefined until they are there. */
export function useSettings(row: number, round: number): BreakerDetail | 'failed' | undefined {
  const [read, setRead] = useState<{ round: number; detail: BreakerDetail | 'failed' }>();
  useEffect(() => {
    const abort = new AbortController();
    readBreaker(row, abort.signal).then(
      (detail) => setRead({ round, detail }),
      () => {
        if (!abort.signal.aborted) setRead({ round, detail: 'failed' });
      },
    );
    return () => abort.abort();
  }, [row, round]);
  return read?.round === round ? read.detail : undefined;
}
