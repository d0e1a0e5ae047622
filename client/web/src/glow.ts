/**
 * The light that the picture throws on the wall around it: its colours, blurred to almost nothing and slow to change.
 *
 * The blur is made by size, not by a filter: four pixels across, enlarged smoothly. A filter over a whole wall would cost
 * more than the dream itself where there is no graphics processor.
 */

const GRAIN = 4;
const SMOOTH = 64;
/** Often enough to look continuous at this slowness. */
const EVERY_MS = 200;
/** Share of the new picture each time: half-way after about a second, so that nothing here can flicker. */
const SHARE = 0.12;
/** Averaging makes every picture grey; light on a wall is not. */
const RICHER = 'saturate(1.9)';

export class Glow {
  readonly #grain = document.createElement('canvas');
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.#grain.width = this.#grain.height = GRAIN;
    canvas.width = canvas.height = SMOOTH;
  }

  take(bitmap: ImageBitmap, nowMs: number): void {
    if (nowMs - this.#lastMs < EVERY_MS) return;
    this.#lastMs = nowMs;
    const grain = smooth(this.#grain);
    const shown = smooth(this.canvas);
    if (!grain || !shown) return;
    grain.globalAlpha = SHARE;
    grain.filter = RICHER; // older Safari has no filter here and throws a plainer light
    grain.drawImage(bitmap, 0, 0, GRAIN, GRAIN);
    shown.drawImage(this.#grain, 0, 0, SMOOTH, SMOOTH);
  }
}

function smooth(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
  const context = canvas.getContext('2d');
  if (context) context.imageSmoothingQuality = 'high';
  return context;
}
