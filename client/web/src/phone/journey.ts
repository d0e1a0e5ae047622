/**
 * What one person did in a visit: how long they steered, which part of the way was theirs, to which works they brought it.
 *
 * Pure: frames and shares come in with their time, sums come out. `use-journey.ts` feeds and keeps it.
 */
import { fields, list, number, text } from '../checks';
import type { Spot } from '../wire';

export type Journey = {
  /** Seconds with a finger down, in modes in which that moves something. */
  steeredS: number;
  /** Widths of the map that the point went while they were here, and what of it was theirs by their share. */
  way: number;
  ownWay: number;
  /** Ids, in the order in which they were found, each once. */
  works: readonly string[];
};

export const NOTHING: Journey = { steeredS: 0, way: 0, ownWay: 0, works: [] };

/** Frames further apart than this leave a hole that nobody saw: the page slept. */
const HOLE_MS = 2_000;
/** A longer step, in widths of the map, is a jump, not a way that somebody went. */
const JUMP = 0.12;
/** A receipt is read; a list without end is not. */
const MOST_WORKS = 200;

export class JourneyLog {
  #journey: Journey;
  #last: { point: Spot; atMs: number } | null = null;

  constructor(before: Journey = NOTHING) {
    this.#journey = before;
  }

  get journey(): Journey {
    return this.#journey;
  }

  /** The point as a frame shows it, with this person's share (0 to 1) and whether their finger is down and counts. */
  moved(point: Spot, nowMs: number, share: number, steers: boolean): void {
    const last = this.#last;
    this.#last = { point: { x: point.x, y: point.y }, atMs: nowMs };
    if (!last || nowMs <= last.atMs || nowMs - last.atMs > HOLE_MS) return;
    const far = Math.hypot(point.x - last.point.x, point.y - last.point.y);
    const step = far < JUMP ? far : 0;
    const { steeredS, way, ownWay, works } = this.#journey;
    this.#journey = {
      steeredS: steeredS + (steers ? (nowMs - last.atMs) / 1000 : 0),
      way: way + step,
      ownWay: ownWay + step * Math.min(1, Math.max(0, share)),
      works,
    };
  }

  /** The point settled on a work, and they were among its finders. True when that is new. */
  brought(id: string): boolean {
    const { works } = this.#journey;
    if (works.includes(id) || works.length >= MOST_WORKS) return false;
    this.#journey = { ...this.#journey, works: [...works, id] };
    return true;
  }
}

/** The part of the way that was theirs, in whole percent; null when the point has hardly moved. */
export function partOf({ way, ownWay }: Journey): number | null {
  return way > 0.01 ? Math.round((100 * ownWay) / way) : null;
}

export function written(journey: Journey): string {
  return JSON.stringify(journey);
}

/** What was written before; nothing where that is missing or not ours. */
export function readJourney(kept: string | null): Journey {
  try {
    const journey = fields(JSON.parse(kept ?? ''), 'journey');
    const [steeredS, way, ownWay] = ['steeredS', 'way', 'ownWay'].map((name) => number(journey[name], name)) as [number, number, number];
    return { steeredS, way, ownWay, works: list(journey['works'], 'works', MOST_WORKS).map((id) => text(id, 'work')) };
  } catch {
    return NOTHING;
  }
}
