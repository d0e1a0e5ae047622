/** A search by words as it is typed: asks when the hand pauses, drops what is no longer wanted, brings more on demand. */
import { useEffect, useState } from 'react';
import { wasAborted, type Answer, type Asking, type Query } from '../search';

/** Between two letters of a quick hand, and no wait that anyone notices. */
export const PAUSE_MS = 150;

export type Searching = {
  /** The newest answer, with the works of all its pages; kept while the next one is on its way. */
  answer: Answer | null;
  busy: boolean;
  /** Why there is no answer, in a sentence. */
  refused: string | null;
  /** Bring the next page, if there is one. */
  more(): void;
};

/** `query` without `after`; the same object as long as it is the same search (useMemo). Null asks nothing. */
export function useSearch(asking: Asking, query: Query | null): Searching {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [wanted, setWanted] = useState<{ query: Query; after: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);

  useEffect(() => {
    if (query === null) return;
    const after = wanted?.query === query ? wanted.after : null;
    const gone = new AbortController();
    const ask = async () => {
      setBusy(true);
      try {
        const came = await asking.words({ ...query, after }, gone.signal);
        setAnswer((last) => (after && last ? { ...came, works: [...last.works, ...came.works] } : came));
        setRefused(null);
      } catch (error) {
        if (gone.signal.aborted || wasAborted(error)) return;
        setRefused((error as Error).message);
      }
      setBusy(false);
    };
    const timer = window.setTimeout(() => void ask(), after ? 0 : PAUSE_MS);
    return () => {
      window.clearTimeout(timer);
      gone.abort();
    };
  }, [asking, query, wanted]);

  const more = () => {
    if (query && answer?.after && !busy) setWanted({ query, after: answer.after });
  };
  return { answer, busy, refused, more };
}
