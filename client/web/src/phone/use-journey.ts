/** Keeps the journey and the passport of this person while they are in the room. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Room, RoomView } from '../room';
import type { People, Person } from '../wire';
import { rememberJourney, recallJourney } from './joined';
import { JourneyLog } from './journey';
import { stamp } from './passport';

/** A reload costs at most this much of what was done. */
const KEEP_EVERY_MS = 2_000;

/** The returned function keeps what has been done so far, now: whoever leaves reads it at once. */
export function useJourney(room: Room, { people, bump }: RoomView, me: Person | null, joined: boolean): () => void {
  const [log] = useState(() => new JourneyLog(recallJourney(room.name)));
  const steers = me !== null && me.active && !resting(people, me.id);
  const self = useRef({ share: 0, steers });
  self.current = { share: me?.share ?? 0, steers };
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
      const { share, steers } = self.current;
      log.moved(frame, performance.now(), share, steers);
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

/** True while pushes of this person do nothing: a finger that is down steers nothing then. */
function resting(people: People | null, you: string): boolean {
  return people?.mode === 'blend' || people?.mode === 'vote' || (people?.mode === 'docent' && people.docent !== you);
}
