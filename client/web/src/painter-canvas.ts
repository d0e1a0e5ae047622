/** Paints with the 2-D canvas: on phones, and on a wall without a graphics processor. No cross-fade: one copy per frame. */
import { pixelsAcross, resized, type Painter } from './painter';

/**
 * The canvas is at most this many times the frame's side; the rest of the enlargement is the compositor's.
 * A careful enlargement to twice the size leaves nothing jagged, and costs a quarter of one to the full wall
 * where a processor must do it beside the generator.
 */
const MOST_ENLARGED = 2;

export class CanvasPainter implements Painter {
  #bitmap: ImageBitmap | null = null;
  readonly #context: CanvasRenderingContext2D | null;

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.#context = canvas.getContext('2d', { alpha: false });
  }

  show(bitmap: ImageBitmap): void {
    this.#bitmap?.close();
    this.#bitmap = bitmap;
  }

  draw(): boolean {
    const bitmap = this.#bitmap;
    if (!bitmap || !this.#context) return false;
    resized(this.canvas, Math.min(pixelsAcross(this.canvas), bitmap.width * MOST_ENLARGED));
    this.#context.imageSmoothingEnabled = true;
    this.#context.imageSmoothingQuality = 'high';
    this.#context.drawImage(bitmap, 0, 0, this.canvas.width, this.canvas.height);
    return false;
  }

  dispose(): void {
    this.#bitmap?.close();
    this.#bitmap = null;
  }
}
