/**
 * The works on the map, as dots from afar and as likenesses from near by. Two draw them: `field-three` with WebGL, and
 * `field-canvas` everywhere else. What lives (people, the point, the path) is drawn over it by `overlay`.
 */
import type { Works } from '../works';
import type { Camera, Size } from './camera';
import type { Sheet } from './sheet';

export interface Field {
  /** Other works; their sheet may still be empty. */
  works(works: Works, sheet: Sheet): void;
  /** More of the sheet has been decoded; true when that is worth drawing. */
  decoded(): boolean;
  /** `pixelRatio`: the screen's pixels for each CSS pixel. */
  draw(camera: Camera, size: Size, pixelRatio: number): void;
  dispose(): void;
}

/** A likeness takes this part of the room that each work would have if all lay evenly. */
const ROOM = 0.86;
/** In CSS pixels: a dot that is still seen, and a likeness that hides no neighbour's. */
const SMALLEST = 3.5;
const LARGEST = 190;
/** In CSS pixels: below the first all are dots, from the second on likenesses. */
const DOT = 7;
const PICTURE = 13;

/** The longer side of a work's picture on the screen, in CSS pixels. */
export function sideOf(zoom: number, works: number): number {
  return Math.min(LARGEST, Math.max(SMALLEST, (ROOM * zoom) / Math.sqrt(Math.max(1, works))));
}

/** How much a map that is `whole` pixels wide may be enlarged: until works are as large as they get, and half as much again. */
export function closestOf(whole: number, works: number): number {
  return Math.max(4, ((1.5 * LARGEST) / ROOM) * (Math.sqrt(works) / whole));
}

/** From 0 (dots) to 1 (likenesses). */
export function detailOf(side: number): number {
  const part = Math.min(1, Math.max(0, (side - DOT) / (PICTURE - DOT)));
  return part * part * (3 - 2 * part);
}

/** Half the width and height of a work's picture whose longer side is `side`. */
export function halves(width: number, height: number, side: number): readonly [number, number] {
  const ratio = width > 0 && height > 0 ? width / height : 1;
  return ratio > 1 ? [side / 2, side / 2 / ratio] : [(side / 2) * ratio, side / 2];
}
