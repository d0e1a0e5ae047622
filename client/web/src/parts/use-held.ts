/** What the link in the page's address holds; another one may be opened later. The function puts it away. */
import { useEffect, useState } from 'react';
import { heldIn, type Held } from '../links';

export function useHeld(): readonly [Held | null, () => void] {
  const [held, setHeld] = useState(() => heldIn(window.location.hash));
  useEffect(() => {
    const changed = () => setHeld(heldIn(window.location.hash));
    window.addEventListener('hashchange', changed);
    return () => window.removeEventListener('hashchange', changed);
  }, []);
  return [held, () => setHeld(null)];
}
