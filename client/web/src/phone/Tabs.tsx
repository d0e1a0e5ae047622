/** What one can do here, at the foot where the thumb is. */
import type { ReactNode } from 'react';
import { say, type Key } from '../texts';

export const WAYS = ['map', 'works', 'blend', 'found'] as const;
export type Way = (typeof WAYS)[number];

const NAMES: Readonly<Record<Way, Key>> = { map: 'phone.map', works: 'phone.works', blend: 'phone.blend', found: 'phone.found' };

/** Signs of 20 pixels: a point on its map, frames on a wall, sliders, a stamp. */
const SIGNS: Readonly<Record<Way, ReactNode>> = {
  map: <path d="M3 3H17V17H3Z M10 8.5A1.5 1.5 0 1 1 10 11.5A1.5 1.5 0 1 1 10 8.5" />,
  works: <path d="M3 4H9V10H3Z M12 4H17V16H12Z M3 13H9V16H3Z" />,
  blend: <path d="M3 6H17M3 14H17M7 3.5V8.5M13 11.5V16.5" />,
  found: <path d="M10 3L12 8L17 8.5L13.2 11.8L14.5 17L10 14.2L5.5 17L6.8 11.8L3 8.5L8 8Z" />,
};

type Props = { way: Way; choose: (way: Way) => void; voting: boolean; mixing: number };

/** `voting`: the map gives way to the ballot. `mixing`: works in the blend. */
export function Tabs({ way, choose, voting, mixing }: Props) {
  return (
    <nav className="tabs" aria-label={say('phone.ways')}>
      {WAYS.map((name) => (
        <button key={name} type="button" data-way={name} aria-pressed={way === name} onClick={() => choose(name)}>
          <svg viewBox="0 0 20 20" aria-hidden="true">
            {SIGNS[name]}
          </svg>
          <span>{say(name === 'map' && voting ? 'phone.vote' : NAMES[name])}</span>
          {name === 'blend' && mixing > 0 && <small aria-hidden="true">{mixing}</small>}
        </button>
      ))}
    </nav>
  );
}
