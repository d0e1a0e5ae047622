/** The way the point has come: corners of a line that fades, on the map. Pure. */
import type { Spot } from '../wire';

export type Step = Spot & { atMs: number };

/** The line fades over this time: a visitor who comes late still sees where the room has been. */
export const WALK_MS = 180_000;
/** A step shorter than this (in widths of the map) is not worth a corner. */
const STEP = 0.003;
/** A longer one is a jump (another renderer, a page that slept): the line begins anew. */
const JUMP = 0.12;

export class Walked {
  #steps: Step[] = [];

  get steps(): readonly Step[] {
    return this.#steps;
  }

  go(at: Spot, nowMs: number): void {
    const last = this.#steps.at(-1);
    const far = last ? Math.hypot(at.x - last.x, at.y - last.y) : Infinity;
    if (far > JUMP) this.#steps = [];
    if (far > STEP) this.#steps.push({ x: at.x, y: at.y, atMs: nowMs });
    while (nowMs - (this.#steps[0]?.atMs ?? nowMs) > WALK_MS) this.#steps.shift();
  }
}
