/**
 * Everybody's colour streaming to the point: who moves it, from where, how strongly; as strokes on the map (drawn by
 * `streams-drawn.ts`) and as arcs at the picture's rim (`wall/Rim.tsx`).
 *
 * Pure: people, point and time in, strokes out; the same for the same, in whatever order people stand.
 */
import type { Person, Spot } from './wire';

/** Somebody who moves the point now. `from`: where their colour comes from; `strength`: 0 to 1, their eased share. */
export type Pull = { id: string; colour: string; from: Spot; strength: number };

/** A curve from `from` over `bend` (a quadratic's control point) to `to`, all on the map. Width in the map's units of drawing. */
export type Stroke = {
  colour: string;
  from: Spot;
  bend: Spot;
  to: Spot;
  width: number;
  alpha: number;
  /** Where light travels along it, each from 0 (the hand) to 1 (the point); none when nothing may move. */
  grains: readonly number[];
};

/** Part of a square's edge, once around it from its upper left corner in the clock's direction: 0 to 1. */
export type Arc = { id: string; colour: string; middle: number; length: number; alpha: number };

/** A share below this moves nothing that an eye could see. */
export const LEAST = 0.008;
/** Shares come a few times a second and jump; a stream grows and fades with this time constant. */
const EASE_S = 0.45;
/** Widths of the map a second: the pace of a slow river, a third of the point's own top speed. */
const PACE = 0.09;
/** Grains lie this far from each other, in widths of the map. */
const APART = 0.075;
/** How far a stream leaves the straight line, in parts of its length: enough that forty to one place fan out. */
const BEND = 0.2;
/** Nearer than this (widths of the map) a hand is where the point is, and its stream is short and faint. */
const NEAR = 0.05;

/** Everybody's strength `dtS` later: on the way to their share, and forgotten once it cannot be seen. */
export function eased(before: ReadonlyMap<string, number>, people: readonly Person[], dtS: number): ReadonlyMap<string, number> {
  const part = 1 - Math.exp(-Math.max(0, dtS) / EASE_S);
  const shares = new Map(people.map(({ id, share }) => [id, share]));
  const after = new Map<string, number>();
  for (const id of new Set([...before.keys(), ...shares.keys()])) {
    const was = before.get(id) ?? 0;
    const is = was + part * ((shares.get(id) ?? 0) - was);
    if (is > LEAST / 4 || (shares.get(id) ?? 0) > LEAST) after.set(id, is);
  }
  return after;
}

/**
 * Who pulls, from where. Somebody who pulls to a place streams from that place; somebody who only pushes in a direction
 * from the map's edge, ahead of the point (`heading`, any length): whoever has a share pushes the way it goes.
 */
export function pullsOf(people: readonly Person[], strengths: ReadonlyMap<string, number>, point: Spot, heading: Spot): readonly Pull[] {
  return people
    .map(({ id, colour, at }) => ({ id, colour, from: at ?? edgeFrom(point, heading), strength: strengths.get(id) ?? 0 }))
    .filter(({ strength }) => strength > LEAST)
    .sort((a, b) => b.strength - a.strength || (a.id < b.id ? -1 : 1)); // the strongest lie below, so that the faint are seen
}

/** `still`: nothing travels, the curves alone tell. */
export function strokesOf(pulls: readonly Pull[], point: Spot, nowS: number, still: boolean): readonly Stroke[] {
  return pulls.map(({ id, colour, from, strength }) => {
    const [dx, dy] = [point.x - from.x, point.y - from.y];
    const length = Math.hypot(dx, dy);
    const own = 2 * fractionOf(id) - 1;
    const sway = still ? 0 : 0.04 * Math.sin(nowS * 0.5 + own * 7);
    const aside = BEND * own + sway;
    const count = still ? 0 : Math.max(1, Math.round(length / APART));
    const start = fractionOf(`${id} start`) + (nowS * PACE) / Math.max(length, NEAR);
    return {
      colour,
      from,
      bend: { x: from.x + dx / 2 - dy * aside, y: from.y + dy / 2 + dx * aside },
      to: point,
      width: 0.9 + 3 * Math.sqrt(strength),
      alpha: Math.min(1, length / NEAR) * (0.4 + 0.5 * Math.sqrt(strength)) * Math.min(1, strength / (4 * LEAST)),
      grains: Array.from({ length: count }, (_, i) => (i / count + start) % 1),
    };
  });
}

/** At the picture's rim: on the side from which each pulls, as long as their strength is large. */
export function arcsOf(pulls: readonly Pull[], point: Spot): readonly Arc[] {
  return pulls.map(({ id, colour, from, strength }) => {
    const direction = { x: from.x - point.x, y: from.y - point.y };
    const far = Math.hypot(direction.x, direction.y);
    const alpha = Math.min(1, far / NEAR) * Math.min(1, strength / (4 * LEAST));
    return { id, colour, middle: aroundOf(direction), length: 0.015 + 0.14 * strength, alpha: 0.8 * alpha };
  });
}

/** Where a ray from the middle of a square meets its edge, as a part of the way around it. */
export function aroundOf({ x, y }: Spot): number {
  const reach = Math.max(Math.abs(x), Math.abs(y));
  if (reach === 0) return 0.125;
  const [u, v] = [(x / reach + 1) / 2, (y / reach + 1) / 2]; // on the edge of the unit square
  if (v === 0) return u / 4;
  if (u === 1) return (1 + v) / 4;
  if (v === 1) return (3 - u) / 4;
  return (4 - v) / 4;
}

/** Where the map ends in that direction; the point itself when there is none. */
function edgeFrom(point: Spot, heading: Spot): Spot {
  const until = (at: number, step: number) => (step > 0 ? (1 - at) / step : step < 0 ? -at / step : Number.POSITIVE_INFINITY);
  const reach = Math.min(until(point.x, heading.x), until(point.y, heading.y));
  return Number.isFinite(reach) ? { x: point.x + reach * heading.x, y: point.y + reach * heading.y } : point;
}

/** The same number in [0, 1) for the same text, spread evenly (FNV-1a, stirred as in MurmurHash3): everybody bends their own way. */
function fractionOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash ^= hash >>> 16;
  return (hash >>> 0) / 2 ** 32;
}
