/** Keeps the journey and the passport of this person while they are in the room. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Room, RoomView } from '../room';
import type { Person } from '../wire';
import { rememberJourney, recallJourney } from './joined';
import { JourneyLog } from './journey';
import { stamp } from './passport';

/** A reload costs at most this much of what was done. */
const KEEP_EVERY_MS = 2_000;

/** The returned function keeps what has been done so far, now: whoever leaves reads it at once. */
export function useJourney(room: Room, { people, bump }: RoomView, me: Person | null, joined: boolean): () => void {
  const [log] = useState(() => new JourneyLog(recallJourney(room.name)));
  const self = useRef(me);
  self.current = me;
  const helped = joined && me !== null && (people?.finders.includes(me.id) ?? false);
  useEffect(() => {
    if (bump === null || !helped) return;
    log.brought(bump);
    stamp(room.name, bump);
  }, [log, room, bump, helped]);
  const keep = useCallback(() => rememberJourney(room.name, log.journey), [room, log]);
  useEffect(() => {
    if (!joined) return;
    const unfollow = room.onFrame((frame) => {
      const { share = 0, active = false } = self.current ?? {};
      log.moved(frame, performance.now(), share, active);
    });
    const timer = window.setInterval(keep, KEEP_EVERY_MS);
    window.addEventListener('pagehide', keep);
    return () => {
      keep();
      unfollow();
      window.clearInterval(timer);
      window.removeEventListener('pagehide', keep);
    };
  }, [room, log, joined, keep]);
  return keep;
}
