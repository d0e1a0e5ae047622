/**
 * What this person does beside pushing: pointing, voting, mixing, riding, choosing a mode.
 *
 * Sent at once and in order. A hand that glides (a cursor, a slider) speaks at most 30 times a second, the newest value
 * only; whatever else is done meanwhile waits for nothing and lets the glide speak first, so that order is kept.
 */
import type { Deed, FromClient } from './wire';
import { CHANGE_MS, WALL_CLOCK, type Timing } from './steering';

type Without<T> = T extends unknown ? Omit<T, 'seq'> : never;
export type Doing = Without<Deed>;

export class Deeds {
  #seq: number;
  #gliding = new Map<string, Doing>();
  #spokeMs = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | null = null;

  constructor(
    private readonly send: (message: FromClient) => boolean,
    private readonly timing: Timing = WALL_CLOCK,
  ) {
    // As in Steering: a page that is loaded anew goes on counting where it was.
    this.#seq = timing.now();
  }

  do(doing: Doing): void {
    const glide = glideOf(doing);
    if (glide === null) {
      this.#speak();
      this.#tell(doing);
      return;
    }
    this.#gliding.set(glide, doing);
    const dueMs = this.#spokeMs + CHANGE_MS - this.timing.now();
    if (dueMs <= 0) this.#speak();
    else this.#cancel ??= this.timing.after(dueMs, () => this.#speak());
  }

  #speak(): void {
    this.#cancel?.();
    this.#cancel = null;
    if (!this.#gliding.size) return;
    for (const doing of this.#gliding.values()) this.#tell(doing);
    this.#gliding.clear();
    this.#spokeMs = this.timing.now();
  }

  #tell(doing: Doing): void {
    this.#seq += 1;
    this.send({ ...doing, seq: this.#seq });
  }
}

/** What glides, by what it moves; null for what is done once. */
function glideOf(doing: Doing): string | null {
  if (doing.t === 'cursor') return 'cursor';
  return doing.t === 'edit' && doing.do === 'weigh' ? `weigh ${doing.id}` : null;
}
