/**
 * Links that hold a blend or a place exactly: `#blend=ID*0.5,ID*0.5` and `#place=0.123456,0.654321`, on /studio and /join.
 *
 * Numbers stand in their shortest form that reads back as the very same double. The part after # never leaves the
 * browser by itself: a link does nothing to a room until somebody says so.
 */
import type { Portion } from './blend';
import { MAX_NAME_LENGTH, MAX_PORTIONS, type Spot } from './wire';

export type Held = { kind: 'blend'; portions: readonly Portion[] } | ({ kind: 'place' } & Spot);

/** The part of an address from its # on. */
export function hashOf(held: Held): string {
  if (held.kind === 'place') return `#place=${held.x},${held.y}`;
  return `#blend=${held.portions.map(([id, weight]) => `${escaped(id)}*${weight}`).join(',')}`;
}

/** What a hash holds; null when that is nothing, or not whole: half a blend would be another picture. */
export function heldIn(hash: string): Held | null {
  const [, kind, body = ''] = /^#(blend|place)=(.+)$/.exec(hash) ?? [];
  if (kind === 'place') return placeIn(body);
  return kind === 'blend' ? blendIn(body) : null;
}

/** This page's address with `held` in it, to be sent to others. */
export function linkTo(held: Held, location: Pick<Location, 'origin' | 'pathname' | 'search'>): string {
  return location.origin + location.pathname + location.search + hashOf(held);
}

function placeIn(body: string): Held | null {
  const [x, y, ...more] = body.split(',').map(numberIn);
  const inside = (value: number | null | undefined): value is number => typeof value === 'number' && value >= 0 && value <= 1;
  return inside(x) && inside(y) && !more.length ? { kind: 'place', x, y } : null;
}

function blendIn(body: string): Held | null {
  const parts = body.split(',');
  const portions = parts.map(portionIn).filter((portion) => portion !== null);
  const ids = new Set(portions.map(([id]) => id));
  const whole = portions.length === parts.length && ids.size === parts.length && parts.length <= MAX_PORTIONS;
  return whole ? { kind: 'blend', portions } : null;
}

function portionIn(part: string): Portion | null {
  const [, name, digits] = /^([^*]+)\*([^*]+)$/.exec(part) ?? [];
  const id = unescaped(name ?? '');
  const weight = numberIn(digits ?? '');
  return id && weight !== null && weight > 0 && [...id].length <= MAX_NAME_LENGTH ? [id, weight] : null;
}

function numberIn(digits: string): number | null {
  const value = /^\d*\.?\d+(e-?\d+)?$/i.test(digits) ? Number(digits) : Number.NaN;
  return Number.isFinite(value) ? value : null;
}

/** `*` and `,` part the link, and `encodeURIComponent` leaves the first as it is. */
function escaped(id: string): string {
  return encodeURIComponent(id).replace(/\*/g, '%2A');
}

function unescaped(name: string): string | null {
  try {
    return decodeURIComponent(name);
  } catch {
    return null;
  }
}
