/**
 * The shared blend as one hand sees it: what the sliders show, and what this person does to them. Links: `links.ts`.
 *
 * The room decides (docs/SPEC.md, rules B); it tells the sliders a few times a second. A hand that moves must not feel
 * that: for `ECHO_MS` after each of its moves it sees its own value, and the others made to fit; then, again, what is told.
 *
 * - `exactPercent(weight)`, `weightIn(typed)`: weights as people type them; read they are by `percentOf` (`texts.ts`).
 * - `weighed(sliders, id, weight)`: the sliders once one of them is set, as the room will set them.
 * - `Hand`: `weigh`, `nudge`, `letGo` and the rest send deeds; `shown(told)` is what to draw. `parts/use-blend.ts` is it in React.
 *
 * Pure: no socket, no element; the time is passed in.
 */
import type { Doing } from './deeds';
import type { Slider } from './wire';

/** One press on plus or minus. Twenty steps from nothing to all: fine enough to see, few enough to press. */
export const NUDGE = 0.05;
/** The room tells its sliders at least thrice in this time, so what comes after it has heard this hand. */
export const ECHO_MS = 700;

/** A work's part of a blend, as messages and links carry it. */
export type Portion = readonly [id: string, weight: number];

/** For a field one types into: every digit that counts, and none that is only the binary's. */
export function exactPercent(weight: number): string {
  return String(Number((weight * 100).toPrecision(12)));
}

/** What was typed, in percent ("25", "12,5", "33.3 %"), as a weight from 0 to 1; null when it is no such number. */
export function weightIn(typed: string): number | null {
  const digits = typed.replace('%', '').trim().replace(',', '.');
  const value = digits === '' ? Number.NaN : Number(digits);
  return value >= 0 && value <= 100 ? value / 100 : null;
}

/** The sliders as portions, for a link or for `bring`; works without weight are left out. */
export function portionsOf(sliders: readonly Slider[]): readonly Portion[] {
  return sliders.filter(({ weight }) => weight > 0).map(({ id, weight }) => [id, weight] as const);
}

/** One slider set, the unlocked others in proportion to what they were (alike, if they were nothing), so that all sum to 1. */
export function weighed(sliders: readonly Slider[], id: string, weight: number): readonly Slider[] {
  const others = sliders.filter((slider) => slider.id !== id);
  const free = others.filter(({ locked }) => !locked);
  const kept = sum(others) - sum(free);
  const rest = Math.max(0, 1 - kept);
  const mine = free.length ? Math.min(rest, Math.max(0, weight)) : rest;
  const before = sum(free);
  const part = (slider: Slider) => (before > 0 ? slider.weight / before : 1 / free.length);
  return sliders.map((slider) => {
    if (slider.id === id) return { ...slider, weight: mine };
    return slider.locked ? slider : { ...slider, weight: (rest - mine) * part(slider) };
  });
}

export class Hand {
  #mine: { id: string; weight: number; atMs: number } | null = null;
  #acted = false;

  constructor(
    private readonly send: (doing: Doing) => void,
    private readonly nowMs: () => number = () => Date.now(),
  ) {}

  /** Whether there is anything of its own to undo. */
  get acted(): boolean {
    return this.#acted;
  }

  /** The sliders as this hand sees them; `told` is `People.blend`. */
  shown(told: readonly Slider[]): readonly Slider[] {
    const mine = this.#mine;
    if (!mine || this.nowMs() - mine.atMs >= ECHO_MS) return told;
    return weighed(told, mine.id, mine.weight);
  }

  /** Set a slider to `weight`, 0 to 1. */
  weigh(id: string, weight: number): void {
    this.#mine = { id, weight, atMs: this.nowMs() };
    this.act({ t: 'edit', do: 'weigh', id, amount: weight });
  }

  /** Add `by` (usually plus or minus NUDGE) to a slider. Told as a difference: two people's nudges both count. */
  nudge(id: string, by: number, told: readonly Slider[]): void {
    const now = this.shown(told).find((slider) => slider.id === id)?.weight ?? 0;
    this.#mine = { id, weight: Math.min(1, Math.max(0, now + by)), atMs: this.nowMs() };
    this.act({ t: 'edit', do: 'nudge', id, amount: by });
  }

  /** The finger is off the slider: whoever comes next has it. */
  letGo(id: string): void {
    this.act({ t: 'edit', do: 'let_go', id });
  }

  add(id: string): void {
    this.#do({ t: 'edit', do: 'add', id });
  }

  remove(id: string): void {
    this.#do({ t: 'edit', do: 'remove', id });
  }

  lock(id: string, locked: boolean): void {
    this.act({ t: 'edit', do: locked ? 'lock' : 'unlock', id });
  }

  /** What names no work. */
  all(what: 'equal' | 'clear' | 'undo'): void {
    this.#do({ t: 'edit', do: what });
  }

  /** A whole blend in place of the present one. */
  bring(portions: readonly Portion[]): void {
    this.#do({ t: 'bring', portions });
  }

  private act(doing: Doing): void {
    this.#acted = true;
    this.send(doing);
  }

  /** Other sliders come: what this hand saw a moment ago is over. */
  #do(doing: Doing): void {
    this.#mine = null;
    this.act(doing);
  }
}

function sum(sliders: readonly Slider[]): number {
  return sliders.reduce((total, { weight }) => total + weight, 0);
}
