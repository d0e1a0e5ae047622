/** One question to the server and what came of it: `{ answer, refused, busy }`. A newer question drops the older. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { wasAborted } from '../search';

export type Asked<T> = { answer: T | null; refused: string | null; busy: boolean };

/** `ask(question)` asks; the question gets the signal that stops it. `forget()` clears the answer. */
export function useAsking<T>(): Asked<T> & { ask: (question: (signal: AbortSignal) => Promise<T>) => void; forget: () => void } {
  const [asked, setAsked] = useState<Asked<T>>({ answer: null, refused: null, busy: false });
  const last = useRef<AbortController | null>(null);
  const forget = useCallback(() => {
    last.current?.abort();
    setAsked({ answer: null, refused: null, busy: false });
  }, []);
  const ask = useCallback((question: (signal: AbortSignal) => Promise<T>) => {
    last.current?.abort();
    const mine = (last.current = new AbortController());
    setAsked({ answer: null, refused: null, busy: true });
    question(mine.signal).then(
      (answer) => {
        if (!mine.signal.aborted) setAsked({ answer, refused: null, busy: false });
      },
      (error: unknown) => {
        if (!mine.signal.aborted && !wasAborted(error)) setAsked({ answer: null, refused: (error as Error).message, busy: false });
      },
    );
  }, []);
  useEffect(() => () => last.current?.abort(), []);
  return { ...asked, ask, forget };
}
