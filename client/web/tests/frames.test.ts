import { beforeEach, expect, test } from 'vitest';
import { Screen, type FrameWork } from '../src/frames';
import type { Painter } from '../src/painter';
import { frame } from './fakes';

/** A decoder that finishes when told, and a display that repaints when told. */
class Workshop implements FrameWork {
  pending: { jpeg: Uint8Array; done: (bitmap: ImageBitmap) => void; fail: () => void }[] = [];
  repaints: ((nowMs: number) => void)[] = [];
  open = 0;

  decode(jpeg: Uint8Array): Promise<ImageBitmap> {
    return new Promise((done, reject) => this.pending.push({ jpeg, done, fail: () => reject(new Error('not a JPEG')) }));
  }

  beforePaint(callback: (nowMs: number) => void): void {
    this.repaints.push(callback);
  }

  async finish(): Promise<void> {
    this.open += 1;
    this.pending.shift()?.done({ close: () => (this.open -= 1) } as unknown as ImageBitmap);
    await settled();
  }

  async spoil(): Promise<void> {
    this.pending.shift()?.fail();
    await settled();
  }

  repaint(): void {
    for (const callback of this.repaints.splice(0)) callback(0);
  }
}

class Canvas implements Painter {
  bitmap: ImageBitmap | null = null;
  drawn = 0;
  show(bitmap: ImageBitmap): void {
    this.dispose();
    this.bitmap = bitmap;
  }
  draw(): boolean {
    this.drawn += 1;
    return false;
  }
  dispose(): void {
    this.bitmap?.close();
    this.bitmap = null;
  }
}

const settled = () => new Promise((resolve) => queueMicrotask(() => queueMicrotask(() => resolve(undefined))));

let work: Workshop;
let canvas: Canvas;
let acked: number[];
let screen: Screen;

beforeEach(() => {
  work = new Workshop();
  canvas = new Canvas();
  acked = [];
  screen = new Screen(canvas, ({ seq }) => acked.push(seq), work);
});

test('a frame is acknowledged after it is painted, not when it is decoded', async () => {
  screen.offer(frame(1));
  await work.finish();
  expect(acked).toEqual([]);
  work.repaint();
  expect(canvas.drawn).toBe(1);
  expect(acked).toEqual([1]);
});

test('while the decoder works only the newest frame waits', async () => {
  for (const seq of [1, 2, 3, 4]) screen.offer(frame(seq, { jpeg: new Uint8Array([seq]) }));
  await work.finish();
  expect(work.pending.map(({ jpeg }) => jpeg[0])).toEqual([4]);
  await work.finish();
  work.repaint();
  expect(acked).toEqual([4]);
});

test('a picture that cannot be read is acknowledged, so that the next one comes', async () => {
  screen.offer(frame(1));
  await work.spoil();
  expect(acked).toEqual([1]);
  screen.offer(frame(2));
  await work.finish();
  work.repaint();
  expect(acked).toEqual([1, 2]);
});

test('every picture but the one on the screen is let go', async () => {
  for (const seq of [1, 2, 3]) {
    screen.offer(frame(seq));
    await work.finish();
    if (seq !== 2) work.repaint();
  }
  expect(work.open).toBe(1);
  screen.dispose();
  expect(work.open).toBe(0);
});

test('a picture that comes after the end is let go', async () => {
  screen.offer(frame(1));
  screen.dispose();
  await work.finish();
  expect(work.open).toBe(0);
});
