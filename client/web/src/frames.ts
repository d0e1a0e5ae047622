/**
 * From JPEG bytes to a painted frame: decode off the main thread, keep the newest only, paint, then acknowledge.
 *
 * An acknowledgement means "this screen has shown it" and covers every earlier frame; the server counts on that to keep
 * at most a few frames on their way, so a slow screen sees fewer pictures, never old ones.
 */
import type { Painter } from './painter';
import type { Frame } from './wire';

export type FrameWork = {
  decode(jpeg: Uint8Array<ArrayBuffer>): Promise<ImageBitmap>;
  /** Run before the next repaint (requestAnimationFrame). */
  beforePaint(callback: (nowMs: number) => void): void;
};

export const browserFrames: FrameWork = {
  decode: (jpeg) => createImageBitmap(new Blob([jpeg], { type: 'image/jpeg' })),
  beforePaint: (callback) => void requestAnimationFrame(callback),
};

export class Screen {
  #decoding = false;
  #waiting: Frame | null = null;
  #ready: { frame: Frame; bitmap: ImageBitmap } | null = null;
  #asked = false;
  #disposed = false;

  constructor(
    private readonly painter: Painter,
    private readonly acknowledge: (frame: Frame, bitmap: ImageBitmap | null) => void,
    private readonly work: FrameWork = browserFrames,
  ) {}

  /** Take a frame. Of those that wait for the decoder only the newest is kept. */
  offer(frame: Frame): void {
    this.#waiting = frame;
    if (!this.#decoding) void this.#decodeWaiting();
  }

  /** Paint again, because the canvas changed its size or lost its content. */
  refresh(): void {
    this.#ask();
  }

  dispose(): void {
    this.#disposed = true;
    this.#ready?.bitmap.close();
    this.painter.dispose();
  }

  async #decodeWaiting(): Promise<void> {
    this.#decoding = true;
    while (this.#waiting && !this.#disposed) {
      const frame = this.#waiting;
      this.#waiting = null;
      try {
        this.#put(frame, await this.work.decode(frame.jpeg));
      } catch {
        this.acknowledge(frame, null); // a picture that cannot be read is done with; the next one may be whole
      }
    }
    this.#decoding = false;
  }

  #put(frame: Frame, bitmap: ImageBitmap): void {
    if (this.#disposed) return bitmap.close();
    this.#ready?.bitmap.close();
    this.#ready = { frame, bitmap };
    this.#ask();
  }

  #ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    this.work.beforePaint((nowMs) => this.#turn(nowMs));
  }

  #turn(nowMs: number): void {
    this.#asked = false;
    if (this.#disposed) return;
    const ready = this.#ready;
    this.#ready = null;
    if (ready) this.painter.show(ready.bitmap, nowMs);
    if (this.painter.draw(nowMs)) this.#ask();
    if (ready) this.acknowledge(ready.frame, ready.bitmap);
  }
}
