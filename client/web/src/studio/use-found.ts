/** How often each work was found in this room: asked for once, and counted on with each bump that is seen. */
import { useEffect, useState } from 'react';
import type { Asking } from '../search';

export function useFound(asking: Asking, bump: string | null): ReadonlyMap<string, number> {
  const [found, setFound] = useState<ReadonlyMap<string, number>>(new Map());
  useEffect(() => {
    const gone = new AbortController();
    asking.found(gone.signal).then(
      (all) => setFound((seen) => new Map([...seen, ...all.map(({ id, times }) => [id, times] as const)])),
      () => {}, // the map is whole without them; what is found from now on glows all the same
    );
    return () => gone.abort();
  }, [asking]);
  useEffect(() => {
    if (bump !== null) setFound((seen) => new Map([...seen, [bump, (seen.get(bump) ?? 0) + 1]]));
  }, [bump]);
  return found;
}
