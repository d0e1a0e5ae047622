/** The map under one's finger: press or drag, and the point is pulled towards that place until the finger is lifted. */
import { useEffect, useState, type PointerEvent } from 'react';
import type { Chart, Spot } from '../chart';
import { MapView } from '../parts/MapView';
import type { Room } from '../room';
import type { Steering } from '../steering';
import { say } from '../texts';
import type { Work, Works } from '../works';

type Props = { room: Room; works: Works | null; steering: Steering; colour: string | null; pulled: Work | null };

export function Pad({ room, works, steering, colour, pulled }: Props) {
  const [chart, setChart] = useState<Chart | null>(null);
  const [finger, setFinger] = useState<Spot | null>(null);
  const [used, setUsed] = useState(false);

  useEffect(() => chart?.pull(finger ?? pulled, colour ?? 'currentColor'), [chart, finger, pulled, colour]);
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
      <p className="pad-hint" data-shown={!used} aria-hidden="true">
        {say('phone.pad.hint')}
      </p>
    </div>
  );
}
