/**
 * Draws the map: every work a faint dot, the near ones brighter, the way the point came, everybody's colour streaming to
 * it (`streams-drawn.ts`), and the point. On a phone also the finger. Takes its ink from the canvas element's CSS colour.
 */
import { still } from './motion';
import { Crowd } from './streams-drawn';
import type { Neighbour, Person, Spot } from './wire';
import type { Work, Works } from './works';

export type { Spot };
type Step = Spot & { atMs: number };

/** The path fades over this time: long enough to see a detour, short enough to stay a line. */
const TRAIL_MS = 45_000;
/** A step shorter than this (in widths of the map) is not worth a corner of the path. */
const STEP = 0.003;
/** A longer one is a jump (another renderer, a page that slept): the path begins anew. */
const JUMP = 0.12;
/** Free rim in units of the dot's radius, so that a dot at the very edge is whole. */
const RIM_PX = 14;

export class Chart {
  #works: readonly Work[] = [];
  #byId: ReadonlyMap<string, Work> = new Map();
  #backdrop: HTMLCanvasElement | null = null;
  #trail: Step[] = [];
  #point: Spot | null = null;
  #near: readonly Neighbour[] = [];
  #bump: string | null = null;
  #pull: { to: Spot; colour: string } | null = null;
  #heading: Spot = { x: 0, y: 0 };
  readonly #crowd = new Crowd();
  #asked = false;

  constructor(private readonly canvas: HTMLCanvasElement) {}

  works(works: Works | null): void {
    this.#works = works?.all ?? [];
    this.#byId = works?.byId ?? new Map();
    this.resize();
  }

  point(at: Spot, near: readonly Neighbour[], bump: string | null, nowMs: number): void {
    const last = this.#trail.at(-1);
    const far = last ? Math.hypot(at.x - last.x, at.y - last.y) : 0;
    if (far > JUMP) this.#trail = [];
    this.#heading = headingOf(this.#heading, this.#point, at);
    if (!last || far > STEP) this.#trail.push({ x: at.x, y: at.y, atMs: nowMs });
    while (this.#trail.length && nowMs - (this.#trail[0]?.atMs ?? 0) > TRAIL_MS) this.#trail.shift();
    this.#point = at;
    this.#near = near;
    this.#bump = bump;
    this.#ask();
  }

  /** Everybody who is here; `you` have a finger of your own. */
  people(people: readonly Person[], you: string | null): void {
    this.#crowd.take(people);
    this.#crowd.you = you;
    this.#ask();
  }

  /** Where this person pulls, or null. */
  pull(to: Spot | null, colour: string): void {
    this.#pull = to && { to, colour };
    this.#ask();
  }

  place(id: string): Spot | null {
    return this.#byId.get(id) ?? null;
  }

  /** From a point of the page to a place on the map, held inside it. */
  placeAt(clientX: number, clientY: number): Spot {
    const box = this.canvas.getBoundingClientRect();
    const { left, top, side } = this.#square(box.width, box.height);
    const inside = (value: number) => Math.min(1, Math.max(0, value));
    return { x: inside((clientX - box.left - left) / side), y: inside((clientY - box.top - top) / side) };
  }

  resize(): void {
    this.#backdrop = null;
    this.#ask();
  }

  #ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame((nowMs) => {
      this.#asked = false;
      this.#draw(nowMs);
    });
  }

  /** The map is as wide as it is high, in the middle of its canvas: a push to the right goes as far as one down. */
  #square(width: number, height: number): { left: number; top: number; side: number } {
    const side = Math.max(1, Math.min(width, height) - 2 * RIM_PX);
    return { left: (width - side) / 2, top: (height - side) / 2, side };
  }

  #draw(nowMs: number): void {
    const { canvas } = this;
    const { clientWidth: width, clientHeight: height } = canvas;
    const scale = Math.min(window.devicePixelRatio || 1, 3);
    if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
      this.#backdrop = null;
    }
    const context = canvas.getContext('2d');
    if (!context || !width || !height) return;
    this.#backdrop ??= this.#drawnBackdrop(width, height, scale);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(this.#backdrop, 0, 0);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.fillStyle = context.strokeStyle = getComputedStyle(canvas).color;
    const { left, top, side } = this.#square(width, height);
    const on = (spot: Spot): [number, number] => [left + spot.x * side, top + spot.y * side];
    const unit = Math.max(1, side / 220);
    this.#drawNear(context, on, unit);
    this.#drawTrail(context, on, unit);
    if (this.#drawCrowd(context, on, unit, nowMs)) this.#ask();
    this.#drawPull(context, on, unit);
    this.#drawPoint(context, on, unit);
  }

  /** The works that stay where they are are drawn once, not thirty times a second. */
  #drawnBackdrop(width: number, height: number, scale: number): HTMLCanvasElement {
    const backdrop = document.createElement('canvas');
    backdrop.width = Math.round(width * scale);
    backdrop.height = Math.round(height * scale);
    const context = backdrop.getContext('2d');
    if (!context) return backdrop;
    context.scale(scale, scale);
    context.fillStyle = getComputedStyle(this.canvas).color;
    context.globalAlpha = 0.42;
    const { left, top, side } = this.#square(width, height);
    const radius = Math.max(0.8, Math.min(1.5, side / 280));
    for (const work of this.#works) disc(context, [left + work.x * side, top + work.y * side], radius);
    return backdrop;
  }

  #drawNear(context: CanvasRenderingContext2D, on: (spot: Spot) => [number, number], unit: number): void {
    for (const { id, closeness } of this.#near) {
      const work = this.#byId.get(id);
      if (!work) continue;
      context.globalAlpha = 0.35 + 0.65 * closeness;
      disc(context, on(work), unit * (1.1 + 0.9 * closeness));
      if (id === this.#bump) ring(context, on(work), unit * 9, unit);
    }
  }

  #drawTrail(context: CanvasRenderingContext2D, on: (spot: Spot) => [number, number], unit: number): void {
    if (!this.#point || !this.#trail.length) return;
    const steps = [...this.#trail, this.#point];
    context.lineWidth = unit * 1.1;
    context.lineCap = 'round';
    for (let i = 1; i < steps.length; i++) {
      context.globalAlpha = 0.55 * (i / steps.length) ** 2;
      context.beginPath();
      context.moveTo(...on(steps[i - 1] as Spot));
      context.lineTo(...on(steps[i] as Spot));
      context.stroke();
    }
  }

  /** True while a stream flows. */
  #drawCrowd(context: CanvasRenderingContext2D, on: (spot: Spot) => [number, number], unit: number, nowMs: number): boolean {
    if (!this.#point) return false;
    context.save();
    const moving = this.#crowd.draw(context, on, unit, this.#point, this.#heading, nowMs, still());
    context.restore();
    return moving;
  }

  #drawPull(context: CanvasRenderingContext2D, on: (spot: Spot) => [number, number], unit: number): void {
    if (!this.#pull) return;
    const { to, colour } = this.#pull;
    context.save();
    context.fillStyle = context.strokeStyle = colour;
    if (this.#point) {
      context.globalAlpha = 0.75;
      context.lineWidth = unit * 1.4;
      context.setLineDash([unit, unit * 5]);
      context.beginPath();
      context.moveTo(...on(this.#point));
      context.lineTo(...on(to));
      context.stroke();
      context.setLineDash([]);
    }
    context.globalAlpha = 0.22;
    disc(context, on(to), unit * 16);
    context.globalAlpha = 1;
    disc(context, on(to), unit * 5);
    context.restore();
  }

  #drawPoint(context: CanvasRenderingContext2D, on: (spot: Spot) => [number, number], unit: number): void {
    if (!this.#point) return;
    context.globalAlpha = 0.16;
    disc(context, on(this.#point), unit * 8);
    context.globalAlpha = 1;
    disc(context, on(this.#point), unit * 3.2);
  }
}

/** Which way the point goes, smoothed over some frames; a jump or a rest tells nothing new. */
function headingOf(before: Spot, from: Spot | null, to: Spot): Spot {
  const way = from ? Math.hypot(to.x - from.x, to.y - from.y) : 0;
  if (!from || way < 1e-5 || way > JUMP) return before;
  return { x: 0.8 * before.x + (0.2 * (to.x - from.x)) / way, y: 0.8 * before.y + (0.2 * (to.y - from.y)) / way };
}

function disc(context: CanvasRenderingContext2D, [x, y]: [number, number], radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

function ring(context: CanvasRenderingContext2D, [x, y]: [number, number], radius: number, width: number): void {
  context.globalAlpha = 0.8;
  context.lineWidth = width;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.stroke();
}
