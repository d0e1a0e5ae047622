/** Draws the works with the 2-D canvas, where there is no WebGL: dots, and from near by the likenesses of those in sight. */
import type { Works } from '../works';
import type { Camera, Size } from './camera';
import { detailOf, halves, sideOf, type Field } from './field';
import { CELL, type Sheet } from './sheet';

export function canvasField(canvas: HTMLCanvasElement): Field {
  const context = canvas.getContext('2d');
  const drawnSheet = document.createElement('canvas');
  let works: Works | null = null;
  let sheet: Sheet | null = null;
  let inks: readonly string[] = [];
  return {
    works(next, nextSheet) {
      works = next;
      sheet = nextSheet;
      // Written once: to put three numbers into words 10,000 times takes longer than to draw.
      inks = works.all.map((_, i) => `rgb(${nextSheet.colours.subarray(i * 3, i * 3 + 3).join()})`);
      drawnSheet.width = drawnSheet.height = sheet.side;
    },
    decoded() {
      if (!sheet?.done) return false;
      drawnSheet.getContext('2d')?.putImageData(new ImageData(sheet.pixels, sheet.side, sheet.side), 0, 0);
      return true;
    },
    draw(camera, size, pixelRatio) {
      canvas.width = Math.round(size.width * pixelRatio);
      canvas.height = Math.round(size.height * pixelRatio);
      if (!context || !works || !sheet) return;
      context.scale(pixelRatio, pixelRatio);
      drawAll(context, works, sheet, inks, sheet.done ? drawnSheet : null, camera, size);
    },
    dispose() {
      drawnSheet.width = 0;
    },
  };
}

function drawAll(
  context: CanvasRenderingContext2D,
  { all }: Works,
  sheet: Sheet,
  inks: readonly string[],
  pictures: HTMLCanvasElement | null,
  camera: Camera,
  size: Size,
): void {
  const side = sideOf(camera.zoom, all.length);
  const near = pictures !== null && detailOf(side) > 0.5;
  const [left, top] = [size.width / 2 - camera.x * camera.zoom, size.height / 2 - camera.y * camera.zoom];
  all.forEach((work, i) => {
    const x = left + work.x * camera.zoom;
    const y = top + work.y * camera.zoom;
    if (x < -side || y < -side || x > size.width + side || y > size.height + side) return;
    if (!near) {
      context.fillStyle = inks[i] ?? '';
      context.fillRect(x - side / 2, y - side / 2, side, side);
      return;
    }
    const width = sheet.boxes[i * 2] ?? CELL;
    const height = sheet.boxes[i * 2 + 1] ?? CELL;
    const [across, down] = halves(width, height, side);
    const cellLeft = (i % sheet.cells) * CELL;
    const cellTop = Math.floor(i / sheet.cells) * CELL;
    context.drawImage(pictures, cellLeft, cellTop, width, height, x - across, y - down, 2 * across, 2 * down);
  });
}
