/**
 * Everybody who moves the point, quietly at the picture's rim: an arc in their colour on the side to which they pull,
 * longer with their share. Outside of the picture, which nothing is written over; it glides by CSS and costs no frame.
 */
import { useEffect, useRef, useState, type CSSProperties } from 'react';
import type { Room } from '../room';
import { arcsOf, eased, pullsOf } from '../streams';
import type { Person, Spot } from '../wire';

/** As often as shares come: the glide between two is the compositor's. */
const EVERY_MS = 250;

export function Rim({ room, people }: { room: Room; people: readonly Person[] }) {
  const [, redraw] = useState(0);
  const point = useRef<Spot>({ x: 0.5, y: 0.5 });
  const heading = useRef<Spot>({ x: 0, y: 0 });
  const strengths = useRef<ReadonlyMap<string, number>>(new Map());
  const middles = useRef(new Map<string, number>());
  const crowd = useRef(people);
  crowd.current = people;
  useEffect(() => {
    let before = point.current;
    const unfollow = room.onFrame(({ x, y }) => {
      point.current = { x, y };
    });
    const timer = window.setInterval(() => {
      const { x, y } = point.current;
      if (x !== before.x || y !== before.y) heading.current = { x: x - before.x, y: y - before.y };
      before = point.current;
      const had = strengths.current.size;
      strengths.current = eased(strengths.current, crowd.current, EVERY_MS / 1000);
      if (had || strengths.current.size) redraw((count) => count + 1);
    }, EVERY_MS);
    return () => {
      unfollow();
      window.clearInterval(timer);
    };
  }, [room]);
  const arcs = arcsOf(pullsOf(people, strengths.current, point.current, heading.current), point.current);
  return (
    <svg className="rim" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
      {arcs.map(({ id, colour, middle, length, alpha }) => {
        const around = nearest(middle, middles.current.get(id));
        middles.current.set(id, around);
        const style: CSSProperties = {
          stroke: colour,
          opacity: alpha,
          strokeDasharray: `${length} ${1 - length}`,
          strokeDashoffset: length / 2 - around,
        };
        return <path key={id} d="M0 0H100V100H0Z" pathLength={1} style={style} />;
      })}
    </svg>
  );
}

/** The same place on the rim, counted so that the way from `before` is the short one: an arc never runs all around. */
export function nearest(middle: number, before: number | undefined): number {
  return before === undefined ? middle : middle + Math.round(before - middle);
}
