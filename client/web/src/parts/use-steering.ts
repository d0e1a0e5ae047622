/** This person's steering for the life of the page: awake while the room hears and the page is looked at. */
import { useEffect, useState } from 'react';
import { watchKeys } from '../keys';
import type { Room } from '../room';
import { Steering } from '../steering';

export function useSteering(room: Room, joined: boolean): Steering {
  const [steering] = useState(() => new Steering((message) => room.send(message)));
  useEffect(() => {
    const follow = () => steering.sleep(!joined || room.view.link.kind !== 'live' || document.visibilityState === 'hidden');
    follow();
    const unfollow = room.onLink(follow);
    document.addEventListener('visibilitychange', follow);
    return () => {
      unfollow();
      document.removeEventListener('visibilitychange', follow);
    };
  }, [room, steering, joined]);
  useEffect(() => (joined ? watchKeys(window, (wish) => steering.wish('keys', wish)) : undefined), [steering, joined]);
  return steering;
}
