/** Who is who in `People`, who may choose, and seconds as one reads them off a clock. Pure. */
import type { Mode, People, Person, Welcome } from './wire';

/** Their colour; null for somebody who has left. */
export function colourOf(people: readonly Person[], id: string | null): string | null {
  return people.find((person) => person.id === id)?.colour ?? null;
}

/** The colours of those who are still here, in the order of `ids`. */
export function coloursOf(people: readonly Person[], ids: readonly string[]): readonly string[] {
  return ids.map((id) => colourOf(people, id)).filter((colour) => colour !== null);
}

/** A countdown says 1 until the very end, and never less than 0. */
export function secondsLeft(leftS: number): number {
  return Math.max(0, Math.ceil(leftS));
}

/** A direction of the map in one word of four; the map is never mirrored. */
export type Side = 'left' | 'right' | 'up' | 'down';

export function sideOf({ x, y }: { x: number; y: number }): Side {
  if (Math.abs(x) >= Math.abs(y)) return x < 0 ? 'left' : 'right';
  return y < 0 ? 'up' : 'down';
}

/** The modes that this person may choose now: none while another's choice holds against them. */
export function choosable(welcome: Welcome | null, people: People | null): readonly Mode[] {
  if (!welcome || !people) return [];
  return welcome.guide || people.by === welcome.you || people.heldS <= 0 ? welcome.modes : [];
}
