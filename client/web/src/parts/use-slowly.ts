/** A value that changes at most once in `everyMs`; the last one always arrives. */
import { useEffect, useRef, useState } from 'react';

export function useSlowly<T>(value: T, everyMs: number): T {
  const [shown, setShown] = useState(value);
  const changedMs = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    if (Object.is(shown, value)) return;
    const timer = window.setTimeout(
      () => {
        changedMs.current = Date.now();
        setShown(value);
      },
      Math.max(0, changedMs.current + everyMs - Date.now()),
    );
    return () => window.clearTimeout(timer);
  }, [value, shown, everyMs]);
  return shown;
}
