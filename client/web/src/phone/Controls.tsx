/** Two ways to steer, one at a time on a small screen: the map, and the list of works. */
import { useState } from 'react';
import type { Room } from '../room';
import type { Steering } from '../steering';
import { say } from '../texts';
import type { Work, Works } from '../works';
import { Pad } from './Pad';
import { WorkList } from './WorkList';

type Props = {
  room: Room;
  works: Works | null;
  steering: Steering;
  colour: string | null;
  pulled: Work | null;
  pull: (work: Work | null) => void;
};

const WAYS = ['map', 'works'] as const;

export function Controls({ room, works, steering, colour, pulled, pull }: Props) {
  const [way, setWay] = useState<(typeof WAYS)[number]>('map');
  return (
    <>
      <div className="ways">
        {WAYS.map((name) => (
          <button key={name} type="button" aria-pressed={way === name} onClick={() => setWay(name)}>
            {say(`phone.${name}`)}
          </button>
        ))}
      </div>
      {way === 'map' ? (
        <Pad room={room} works={works} steering={steering} colour={colour} pulled={pulled} />
      ) : (
        <WorkList works={works?.all ?? null} pulled={pulled} pull={pull} />
      )}
    </>
  );
}
