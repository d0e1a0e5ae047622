/**
 * What lives on the map, drawn over the works: pictures from near by, works found, the path, the point, people, pulls.
 *
 * One function for each, on a 2-D canvas in CSS pixels. It keeps nothing: `Scene` says all there is to draw.
 */
import type { Neighbour, Spot } from '../wire';
import type { Work } from '../works';
import type { Cursor } from './cursors';
import { halves } from './field';
import { WALK_MS, type Step } from './walked';

export type Scene = {
  nowMs: number;
  ink: string;
  /** From a place to the screen. */
  on: (spot: Spot) => Spot;
  /** The longer side of a work's picture, in pixels. */
  side: number;
  inSight: readonly Work[];
  picture: (id: string) => CanvasImageSource | null;
  found: ReadonlyMap<string, number>;
  marked: ReadonlySet<string>;
  selected: Work | null;
  near: readonly { work: Work; closeness: Neighbour['closeness'] }[];
  bump: Work | null;
  steps: readonly Step[];
  point: Spot | null;
  cursors: Iterable<Cursor>;
  /** Where this person pulls. */
  pull: { to: Spot; colour: string } | null;
  /** The works of a tour, in order. */
  tour: readonly Work[];
};

/** From this size on works show their pictures. */
export const PICTURE_PX = 44;
/** Radius of a person's disc, and of the point, in pixels. */
const PERSON = 5;
const POINT = 5.5;

export function drawScene(context: CanvasRenderingContext2D, scene: Scene): void {
  context.strokeStyle = context.fillStyle = scene.ink;
  context.lineCap = context.lineJoin = 'round';
  drawPictures(context, scene);
  drawFound(context, scene);
  drawTour(context, scene);
  drawMarks(context, scene);
  drawWalk(context, scene);
  drawPeople(context, scene);
  drawPull(context, scene);
  drawPoint(context, scene);
  context.globalAlpha = 1;
}

function drawPictures(context: CanvasRenderingContext2D, { inSight, side, picture, on }: Scene): void {
  if (side < PICTURE_PX) return;
  for (const work of inSight) {
    const shown = picture(work.id);
    if (!shown) continue;
    const [across, down] = halves(work.width, work.height, side);
    const { x, y } = on(work);
    context.drawImage(shown, x - across, y - down, 2 * across, 2 * down);
  }
}

/** Light around what has been found here: the rarer, the brighter. */
function drawFound(context: CanvasRenderingContext2D, { inSight, found, side, on }: Scene): void {
  const light = glow();
  const size = Math.max(22, side * 2.1);
  context.globalCompositeOperation = 'lighter';
  for (const work of inSight) {
    const times = found.get(work.id);
    if (!times) continue;
    const { x, y } = on(work);
    context.globalAlpha = 0.22 + 0.3 / times;
    if (light) context.drawImage(light, x - size / 2, y - size / 2, size, size);
  }
  context.globalCompositeOperation = 'source-over';
}

let drawnGlow: HTMLCanvasElement | null = null;

/** A soft round light, drawn once. */
function glow(): HTMLCanvasElement | null {
  if (drawnGlow) return drawnGlow;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 64;
  const context = canvas.getContext('2d');
  if (!context) return null;
  const light = context.createRadialGradient(32, 32, 6, 32, 32, 32);
  light.addColorStop(0, '#ffe9bd');
  light.addColorStop(0.4, '#ffe9bd66');
  light.addColorStop(1, '#ffe9bd00');
  context.fillStyle = light;
  context.fillRect(0, 0, 64, 64);
  return (drawnGlow = canvas);
}

function drawTour(context: CanvasRenderingContext2D, { tour, on }: Scene): void {
  if (tour.length < 2) return;
  context.globalAlpha = 0.5;
  context.lineWidth = 1;
  context.setLineDash([2, 5]);
  line(context, tour.map(on));
  context.setLineDash([]);
}

/** Rings around what a search found, what is near, and what is chosen. */
function drawMarks(context: CanvasRenderingContext2D, scene: Scene): void {
  const { inSight, marked, near, bump, selected, side, on } = scene;
  const around = (work: Work, beyond: number) => frame(context, on(work), halves(work.width, work.height, side), beyond);
  context.lineWidth = 1.5;
  for (const { work, closeness } of near) {
    context.globalAlpha = 0.15 + 0.6 * closeness;
    around(work, 2);
  }
  context.globalAlpha = 0.9;
  for (const work of inSight) if (marked.has(work.id)) around(work, 3);
  context.globalAlpha = 1;
  context.lineWidth = 2.5;
  for (const work of [bump, selected]) if (work) around(work, 5);
}

function drawWalk(context: CanvasRenderingContext2D, { steps, point, nowMs, on }: Scene): void {
  if (!point) return;
  context.lineWidth = 1.75;
  const corners = [...steps, { ...point, atMs: nowMs }];
  for (let i = 1; i < corners.length; i++) {
    const [from, to] = [corners[i - 1], corners[i]];
    if (!from || !to) continue;
    context.globalAlpha = 0.75 * Math.max(0, 1 - (nowMs - from.atMs) / WALK_MS) ** 2;
    line(context, [on(from), on(to)]);
  }
}

/** Everybody's disc in their colour, and from those who steer a thread of it to the point. */
function drawPeople(context: CanvasRenderingContext2D, { cursors, point, on }: Scene): void {
  for (const person of cursors) {
    const at = on(person);
    context.save();
    context.fillStyle = context.strokeStyle = person.colour;
    if (person.active && point) {
      context.globalAlpha = 0.25 + 0.6 * person.share;
      context.lineWidth = 1 + 2.5 * person.share;
      line(context, [at, on(point)]);
    }
    context.globalAlpha = 0.25;
    disc(context, at, PERSON * 2.2);
    context.globalAlpha = 1;
    disc(context, at, PERSON);
    context.restore();
  }
}

function drawPull(context: CanvasRenderingContext2D, { pull, point, on }: Scene): void {
  if (!pull) return;
  context.save();
  context.fillStyle = context.strokeStyle = pull.colour;
  const to = on(pull.to);
  if (point) {
    context.globalAlpha = 0.9;
    context.lineWidth = 2;
    context.setLineDash([2, 7]);
    line(context, [to, on(point)]);
    context.setLineDash([]);
  }
  context.globalAlpha = 0.25;
  disc(context, to, PERSON * 3);
  context.globalAlpha = 1;
  disc(context, to, PERSON);
  context.restore();
}

/** Ink with a dark rim, so that it is seen on a white picture, too. */
function drawPoint(context: CanvasRenderingContext2D, { point, on }: Scene): void {
  if (!point) return;
  const at = on(point);
  context.globalAlpha = 0.2;
  disc(context, at, POINT * 2.6);
  context.globalAlpha = 1;
  disc(context, at, POINT);
  context.save();
  context.strokeStyle = '#000';
  context.globalAlpha = 0.55;
  context.lineWidth = 1.5;
  context.beginPath();
  context.arc(at.x, at.y, POINT + 0.75, 0, 2 * Math.PI);
  context.stroke();
  context.restore();
}

function disc(context: CanvasRenderingContext2D, { x, y }: Spot, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

function line(context: CanvasRenderingContext2D, spots: readonly Spot[]): void {
  context.beginPath();
  spots.forEach(({ x, y }, i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
}

function frame(context: CanvasRenderingContext2D, { x, y }: Spot, [across, down]: readonly [number, number], beyond: number): void {
  context.strokeRect(x - across - beyond, y - down - beyond, 2 * (across + beyond), 2 * (down + beyond));
}
