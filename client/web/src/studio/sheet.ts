/**
 * All works' likenesses on one sheet of pixels, cell by cell, so that the map draws 10,000 of them in one go.
 *
 * Decoding them takes some tenths of a second: `decode` does a slice of it, to be called while the page is idle. Colours
 * (one for each work, for the overview) are there at once. Pure: pixels in memory, no canvas.
 */
import { likeness } from '../thumbhash';
import type { Work } from '../works';

/** Pixels of a cell: a likeness holds 7 waves across, so 16 lose almost nothing, and 10,000 take 10 MB. */
export const CELL = 16;
/** The colour of a work of which nothing is known: the ink of the pages, half-way to the ground. */
const UNKNOWN = [120, 114, 106] as const;

export class Sheet {
  /** Cells in a row. */
  readonly cells: number;
  /** Side in pixels. */
  readonly side: number;
  /** RGBA, `side` x `side`. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  /** RGB for each work. */
  readonly colours: Uint8Array<ArrayBuffer>;
  /** Width and height in pixels of each work's likeness, in the upper left of its cell. */
  readonly boxes: Uint8Array<ArrayBuffer>;
  readonly #inks: Uint32Array;
  #next = 0;

  constructor(private readonly works: readonly Work[]) {
    this.cells = Math.max(1, Math.ceil(Math.sqrt(works.length)));
    this.side = this.cells * CELL;
    this.pixels = new Uint8ClampedArray(this.side * this.side * 4);
    this.#inks = new Uint32Array(this.pixels.buffer);
    this.colours = new Uint8Array(works.length * 3);
    this.boxes = new Uint8Array(works.length * 2).fill(CELL);
    works.forEach((work, i) => {
      this.colours.set(meanColour(work.thumbhash), i * 3);
      this.#fill(i);
    });
  }

  /** Works whose likenesses are on the sheet: the first so many. */
  get decoded(): number {
    return this.#next;
  }

  get done(): boolean {
    return this.#next >= this.works.length;
  }

  /** Decode as long as `goOn` says so. */
  decode(goOn: () => boolean): void {
    while (!this.done && goOn()) this.#put(this.#next++);
  }

  #put(i: number): void {
    const drawn = likeness(this.works[i]?.thumbhash ?? '', CELL);
    const left = (i % this.cells) * CELL;
    const top = Math.floor(i / this.cells) * CELL;
    if (!drawn) return;
    const { width, height, rgba } = drawn;
    this.boxes.set([width, height], i * 2);
    for (let y = 0; y < height; y++)
      this.pixels.set(rgba.subarray(y * width * 4, (y + 1) * width * 4), ((top + y) * this.side + left) * 4);
  }

  /** Its colour alone, until its likeness is there. */
  #fill(i: number): void {
    const [red = 0, green = 0, blue = 0] = this.colours.subarray(i * 3, i * 3 + 3);
    const start = Math.floor(i / this.cells) * CELL * this.side + (i % this.cells) * CELL;
    // Four bytes at a time, in the order in which every browser's processor keeps them: least first.
    const ink = ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
    for (let y = 0; y < CELL; y++) this.#inks.fill(ink, start + y * this.side, start + y * this.side + CELL);
  }
}

/** The mean of a work's picture, as the head of its ThumbHash holds it: lightness, yellow-blue and red-green. */
export function meanColour(base64: string): readonly [number, number, number] {
  let head: number;
  try {
    const bytes = atob(base64.slice(0, 4));
    if (bytes.length < 3) return UNKNOWN;
    head = bytes.charCodeAt(0) | (bytes.charCodeAt(1) << 8) | (bytes.charCodeAt(2) << 16);
  } catch {
    return UNKNOWN;
  }
  const light = (head & 63) / 63;
  const yellow = ((head >> 6) & 63) / 31.5 - 1;
  const red = ((head >> 12) & 63) / 31.5 - 1;
  const b = light - (2 / 3) * yellow;
  const r = (3 * light - b + red) / 2;
  const byte = (value: number) => Math.round(255 * Math.min(1, Math.max(0, value)));
  return [byte(r), byte(r - red), byte(b)];
}
