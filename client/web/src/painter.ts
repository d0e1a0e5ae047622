/** What paints frames on a canvas. Two do: `painter-canvas` everywhere, `painter-webgl` on a wall with a graphics processor. */

export interface Painter {
  /** Take over `bitmap` as the present frame; the painter closes it when it is replaced. */
  show(bitmap: ImageBitmap, nowMs: number): void;
  /** Paint. True while it wants to paint again (a cross-fade is under way). */
  draw(nowMs: number): boolean;
  dispose(): void;
}

/** Make the canvas `side` pixels square; true when that changed it (and so emptied it). */
export function resized(canvas: HTMLCanvasElement, side: number): boolean {
  const pixels = Math.max(1, Math.round(side));
  if (canvas.width === pixels && canvas.height === pixels) return false;
  canvas.width = canvas.height = pixels;
  return true;
}

/** Side of the canvas on the screen, in the screen's own pixels. */
export function pixelsAcross(canvas: HTMLCanvasElement): number {
  return canvas.clientWidth * Math.min(window.devicePixelRatio || 1, 3);
}
