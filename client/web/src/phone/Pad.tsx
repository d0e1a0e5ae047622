/** The map under one's finger: press or drag, and the point is pulled towards that place until the finger is lifted. */
import { useEffect, useState, type PointerEvent } from 'react';
import type { Chart, Spot } from '../chart';
import { MapView } from '../parts/MapView';
import type { Room } from '../room';
import type { Steering } from '../steering';
import { say } from '../texts';
import type { Person } from '../wire';
import type { Works } from '../works';
import type { Aim } from './aim';

type Props = {
  room: Room;
  works: Works | null;
  steering: Steering;
  colour: string | null;
  aim: Aim | null;
  people: readonly Person[];
  you: string | null;
  /** A push moves the picture now. */
  moves: boolean;
};

export function Pad({ room, works, steering, colour, aim, people, you, moves }: Props) {
  const [chart, setChart] = useState<Chart | null>(null);
  const [finger, setFinger] = useState<Spot | null>(null);
  const [used, setUsed] = useState(false);

  useEffect(() => chart?.pull(finger ?? aim, colour ?? 'currentColor'), [chart, finger, aim, colour]);
  useEffect(() => chart?.people(people, you), [chart, people, you]);
  useEffect(() => () => steering.wish('finger', null), [steering]);

  const drag = (event: PointerEvent<HTMLElement>) => {
    if (!chart || !event.isPrimary || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const place = chart.placeAt(event.clientX, event.clientY);
    setFinger(place);
    steering.wish('finger', { t: 'place', ...place });
  };
  const press = (event: PointerEvent<HTMLElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    setUsed(true);
    drag(event);
  };
  const lift = () => {
    setFinger(null);
    steering.wish('finger', null);
  };
  return (
    <div
      className="pad"
      role="application"
      tabIndex={0}
      aria-label={say('phone.pad')}
      onPointerDown={press}
      onPointerMove={drag}
      onPointerUp={lift}
      onPointerCancel={lift}
      onLostPointerCapture={lift}
    >
      <MapView room={room} works={works} onChart={setChart} />
      <p className="pad-hint" data-shown={!used && moves} aria-hidden="true">
        {say('phone.pad.hint')}
      </p>
    </div>
  );
}
