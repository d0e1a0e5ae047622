/**
 * What this person asks of the point, as few messages as carry it.
 *
 * Three wishes may stand at once: the finger on the pad, the arrow keys, and an artwork chosen from the list. The most
 * immediate one counts; when it ends, the next takes over. Sent on change, at most 30 times a second, newest only;
 * a standing wish is repeated, since the room forgets a silent phone after 1.5 s.
 */
import type { FromClient } from './wire';

/** Receiving costs a server 5 to 8 times what sending a frame does: a finger gives 120 events a second, the room takes 30. */
export const CHANGE_MS = 1000 / 30;
/** Repeats of a standing wish: three fit into the room's 1.5 s of patience, so one may be lost. */
export const REPEAT_MS = 450;

/** In the order in which they count. */
export const SOURCES = ['finger', 'keys', 'work'] as const;
export type Source = (typeof SOURCES)[number];

export type Wish = { t: 'stick'; x: number; y: number } | { t: 'place'; x: number; y: number } | { t: 'work'; id: string };

export type Timing = { now(): number; after(ms: number, callback: () => void): () => void };

export const WALL_CLOCK: Timing = {
  now: () => Date.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

export class Steering {
  #wishes: Partial<Record<Source, Wish>> = {};
  #asleep = false;
  #sent: Wish | null = null;
  #sentMs = Number.NEGATIVE_INFINITY;
  #seq: number;
  #cancel: (() => void) | null = null;

  constructor(
    private readonly send: (message: FromClient) => void,
    private readonly timing: Timing = WALL_CLOCK,
  ) {
    // A page that is loaded anew resumes its session, and the room keeps only what has a higher seq than before.
    this.#seq = timing.now();
  }

  /** Set or end (null) one source's wish. */
  wish(source: Source, wish: Wish | null): void {
    if (wish) this.#wishes[source] = wish;
    else delete this.#wishes[source];
    this.#schedule();
  }

  /** While asleep (page hidden, link lost) nothing is asked of the room; standing wishes return on waking. */
  sleep(asleep: boolean): void {
    if (asleep && !this.#asleep) this.#tell(null);
    this.#asleep = asleep;
    this.#schedule();
  }

  get present(): Wish | null {
    if (this.#asleep) return null;
    for (const source of SOURCES) {
      const wish = this.#wishes[source];
      if (wish) return wish;
    }
    return null;
  }

  dispose(): void {
    this.#wishes = {};
    this.#tell(null);
    this.#cancel?.();
    this.#cancel = null;
  }

  #schedule(): void {
    this.#cancel?.();
    this.#cancel = null;
    const wish = this.present;
    const changed = !same(wish, this.#sent);
    if (!changed && !wish) return;
    const dueMs = this.#sentMs + (changed ? CHANGE_MS : REPEAT_MS) - this.timing.now();
    if (dueMs <= 0) {
      this.#tell(wish);
      this.#schedule();
    } else this.#cancel = this.timing.after(dueMs, () => this.#schedule());
  }

  #tell(wish: Wish | null): void {
    if (!wish && !this.#sent) return;
    this.#seq += 1;
    this.send(wish ? { ...wish, seq: this.#seq } : { t: 'release', seq: this.#seq });
    this.#sent = wish;
    this.#sentMs = this.timing.now();
  }
}

function same(a: Wish | null, b: Wish | null): boolean {
  if (a === null || b === null) return a === b;
  if (a.t === 'work' || b.t === 'work') return a.t === 'work' && b.t === 'work' && a.id === b.id;
  return a.t === b.t && a.x === b.x && a.y === b.y;
}
