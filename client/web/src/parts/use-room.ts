/** A room for the life of a page: connected while it is looked at, its view kept fresh in React. */
import { useEffect, useState, useSyncExternalStore } from 'react';
import { roomOf, socketAddress } from '../address';
import { browser } from '../connection';
import { Room, type RoomView } from '../room';
import type { Role } from '../wire';
import { worksOf, type Works } from '../works';

/** After a failed fetch of the works, try again so much later: the picture goes on without them. */
const WORKS_AGAIN_MS = 3_000;

/** `who`: not in the room of the wall; with the guide's key. Read once. */
export function useRoom(role: Role, who: { remote?: boolean; key?: string | null } = {}): readonly [Room, RoomView] {
  const [room] = useState(() => new Room(roomOf(window.location), role, socketAddress(window.location), browser, who));
  useEffect(() => {
    const seen = () => room.visible(document.visibilityState === 'visible');
    const online = () => room.online();
    document.addEventListener('visibilitychange', seen);
    window.addEventListener('online', online);
    room.start();
    return () => {
      document.removeEventListener('visibilitychange', seen);
      window.removeEventListener('online', online);
      room.stop();
    };
  }, [room]);
  return [room, useSyncExternalStore(room.subscribe, () => room.view)];
}

/** The room's works, once its collection is known; null until then. A new collection replaces the old when it has come. */
export function useWorks(room: Room, { link }: RoomView): Works | null {
  const [works, setWorks] = useState<Works | null>(null);
  const [attempt, setAttempt] = useState(0);
  const digest = link.kind === 'live' ? link.welcome.collection : null;
  useEffect(() => {
    if (digest === null) return;
    let gone = false;
    let timer = 0;
    worksOf(room.name, digest).then(
      (fetched) => {
        if (!gone) setWorks(fetched);
      },
      (error: unknown) => {
        console.warn(String(error));
        if (!gone) timer = window.setTimeout(() => setAttempt(attempt + 1), WORKS_AGAIN_MS);
      },
    );
    return () => {
      gone = true;
      window.clearTimeout(timer);
    };
  }, [room, digest, attempt]);
  return works;
}
