/** Two camps that take turns, as a dial: each camp's part of the time is its part of the ring, and an arrow points where it pulls. */
import { useRef } from 'react';
import type { Camp, Tide } from '../wire';

const RADIUS = 44;
const AROUND = 2 * Math.PI * RADIUS;
/** Part of the ring that is left open between the two. */
const GAP = 0.014;

/** Drawn for eyes; whoever shows it says the same in words. The thick part of the ring is what is left of the turn. */
export function TideDial({ tide }: { tide: Tide }) {
  const whole = useRef({ turn: tide.turn, leftS: tide.leftS });
  if (whole.current.turn !== tide.turn || tide.leftS > whole.current.leftS) whole.current = { turn: tide.turn, leftS: tide.leftS };
  const left = whole.current.leftS > 0 ? Math.max(0, tide.leftS / whole.current.leftS) : 0;
  return (
    <svg className="dial" viewBox="0 0 100 100" aria-hidden="true">
      {tide.camps.map((camp, i) => {
        const from = i === 0 ? 0 : 1 - camp.part;
        return (
          <g key={i} className="dial-camp" data-on={i === tide.turn}>
            <Arc from={from} part={camp.part} />
            {i === tide.turn && <Arc className="dial-left" from={from} part={camp.part * left} />}
            <Arrow camp={camp} />
          </g>
        );
      })}
    </svg>
  );
}

function Arc({ from, part, className }: { from: number; part: number; className?: string }) {
  const length = Math.max(0, part - GAP) * AROUND;
  const turned = `rotate(${(from + GAP / 2) * 360 - 90} 50 50)`;
  return <circle className={className} cx="50" cy="50" r={RADIUS} strokeDasharray={`${length} ${AROUND}`} transform={turned} />;
}

function Arrow({ camp }: { camp: Camp }) {
  const angle = (Math.atan2(camp.y, camp.x) * 180) / Math.PI;
  return <path d="M6 0 H29 M21 -6 L29 0 L21 6" transform={`translate(50 50) rotate(${angle})`} />;
}
