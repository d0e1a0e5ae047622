/** Where this person is on the way to: a place or a work, until it is reached or let go. It pushes through `Steering`. */
import type { Steering } from '../steering';
import type { Frame, Spot } from '../wire';

/** `stay`: go on pulling after the arrival, as a finger does that is not lifted. */
export type Aim = (({ kind: 'place' } & Spot) | { kind: 'work'; id: string }) & { stay: boolean };

/** In widths of the map: a single hand ends exactly at its target, and this is only what rounding leaves of that. */
const THERE = 1e-9;

export class Aiming {
  #aim: Aim | null = null;
  #listeners = new Set<() => void>();

  constructor(private readonly steering: Pick<Steering, 'wish'>) {}

  get aim(): Aim | null {
    return this.#aim;
  }

  take(aim: Aim | null): void {
    this.#aim = aim;
    this.steering.wish('finger', aim?.kind === 'place' ? { t: 'place', x: aim.x, y: aim.y } : null);
    this.steering.wish('work', aim?.kind === 'work' ? { t: 'work', id: aim.id } : null);
    for (const listener of this.#listeners) listener();
  }

  /** The room has drawn another frame: are we there? */
  follow({ x, y, bump }: Pick<Frame, 'x' | 'y' | 'bump'>): void {
    const aim = this.#aim;
    if (!aim) return;
    const there = aim.kind === 'place' ? Math.hypot(x - aim.x, y - aim.y) <= THERE : bump === aim.id;
    if (there && !aim.stay) this.take(null);
  }

  /** For React's useSyncExternalStore. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };
}
