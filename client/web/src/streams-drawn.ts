/** Draws everybody on the map: their colours streaming to the point (`streams.ts`), and where each of them points. */
import { eased, pullsOf, strokesOf, type Pull, type Stroke } from './streams';
import type { Person, Spot } from './wire';

type On = (spot: Spot) => [number, number];

/** Longer than this between two drawings, and streams begin anew where they are. */
const LONGEST_S = 0.5;

export class Crowd {
  #people: readonly Person[] = [];
  #strengths: ReadonlyMap<string, number> = new Map();
  #drawnMs = 0;
  /** Without this person's own place: their finger is drawn apart. */
  you: string | null = null;

  take(people: readonly Person[]): void {
    this.#people = people;
  }

  /** `unit`: pixels of a fine line. True while something still moves. */
  draw(context: CanvasRenderingContext2D, on: On, unit: number, point: Spot, heading: Spot, nowMs: number, still: boolean): boolean {
    const dtS = Math.min(LONGEST_S, (nowMs - this.#drawnMs) / 1000);
    this.#drawnMs = nowMs;
    this.#strengths = eased(this.#strengths, this.#people, dtS);
    const pulls = pullsOf(this.#people, this.#strengths, point, heading);
    for (const stroke of strokesOf(pulls, point, nowMs / 1000, still)) drawStroke(context, on, unit, stroke);
    this.#drawPlaces(context, on, unit, pulls);
    return this.#strengths.size > 0;
  }

  #drawPlaces(context: CanvasRenderingContext2D, on: On, unit: number, pulls: readonly Pull[]): void {
    const pulling = new Set(pulls.map(({ id }) => id));
    for (const { id, colour, at } of this.#people) {
      if (!at || id === this.you) continue;
      context.globalAlpha = pulling.has(id) ? 0.95 : 0.6;
      context.fillStyle = colour;
      context.beginPath();
      context.arc(...on(at), unit * (pulling.has(id) ? 2.6 : 1.8), 0, 2 * Math.PI);
      context.fill();
    }
  }
}

function drawStroke(context: CanvasRenderingContext2D, on: On, unit: number, stroke: Stroke): void {
  const { from, bend, to, grains } = stroke;
  const [a, b, c] = [on(from), on(bend), on(to)];
  // Faint where it begins, full where it arrives.
  const light = context.createLinearGradient(...a, ...c);
  light.addColorStop(0, `${stroke.colour}26`);
  light.addColorStop(1, stroke.colour);
  context.strokeStyle = light;
  context.lineWidth = unit * stroke.width;
  context.lineCap = 'round';
  context.globalAlpha = stroke.alpha;
  context.beginPath();
  context.moveTo(...a);
  context.quadraticCurveTo(...b, ...c);
  context.stroke();
  context.fillStyle = stroke.colour;
  for (const at of grains) {
    const [x, y] = alongOf(a, b, c, at);
    context.globalAlpha = Math.min(1, stroke.alpha * 1.5) * Math.sin(Math.PI * at); // they come and go without a step
    context.beginPath();
    context.arc(x, y, unit * (0.6 + 0.55 * stroke.width), 0, 2 * Math.PI);
    context.fill();
  }
}

function alongOf(a: [number, number], b: [number, number], c: [number, number], t: number): [number, number] {
  const at = (i: 0 | 1) => (1 - t) ** 2 * a[i] + 2 * t * (1 - t) * b[i] + t ** 2 * c[i];
  return [at(0), at(1)];
}
