/** This person's vote as they see it: their last tap until the room has heard it, then what the room tells. */
import { useState } from 'react';
import type { Room } from '../room';
import type { Ballot } from '../wire';

/** Voting for what one votes for takes it back: `vote(null)`. */
export function useVote(room: Room, ballot: Ballot | null, you: string | null): readonly [string | null, (id: string | null) => void] {
  const told = ballot?.tallies.find(({ people }) => you !== null && people.includes(you))?.id ?? null;
  const [tapped, setTapped] = useState<{ id: string | null; before: string | null } | null>(null);
  const unheard = ballot !== null && tapped !== null && told === tapped.before;
  const vote = (id: string | null) => {
    setTapped({ id, before: told });
    room.do({ t: 'vote', id });
  };
  return [unheard ? tapped.id : told, vote];
}
