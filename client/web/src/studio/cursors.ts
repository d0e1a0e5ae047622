/** Where everybody points, gliding from one word of the room to the next. Pure; the time is passed in. */
import type { Person, Spot } from '../wire';

/** The room says a few times a second where people are; a cursor has made two thirds of its way after this. */
const TAU_MS = 110;
/** In widths of the map: nearer than this it has arrived. */
const ARRIVED = 2e-4;

export type Cursor = Spot & { id: string; colour: string; active: boolean; share: number };

export class Cursors {
  #shown = new Map<string, Cursor>();
  #people: readonly Person[] = [];

  get shown(): Iterable<Cursor> {
    return this.#shown.values();
  }

  of(id: string): Spot | null {
    return this.#shown.get(id) ?? null;
  }

  /** Everybody but `except`, whose own hand is quicker than any word of the room. */
  people(people: readonly Person[], except: string | null): void {
    this.#people = people.filter(({ id, at }) => at !== null && id !== except);
    const here = new Set(this.#people.map(({ id }) => id));
    for (const id of this.#shown.keys()) if (!here.has(id)) this.#shown.delete(id);
  }

  /** Move on by `dtMs`; true while somebody is still on the way. `still`: no gliding, reduced motion. */
  advance(dtMs: number, still: boolean): boolean {
    const part = still ? 1 : 1 - Math.exp(-dtMs / TAU_MS);
    let moving = false;
    for (const { id, at, colour, active, share } of this.#people) {
      if (!at) continue;
      const from = this.#shown.get(id) ?? at;
      const far = Math.hypot(at.x - from.x, at.y - from.y);
      const on = far < ARRIVED ? 1 : part;
      moving ||= on < 1;
      this.#shown.set(id, { id, colour, active, share, x: from.x + on * (at.x - from.x), y: from.y + on * (at.y - from.y) });
    }
    return moving;
  }
}
