/**
 * The studio's map: a camera over two canvases, the works below (`Field`) and what lives above (`overlay`).
 *
 * It lives outside React and draws on change only: the works when the camera moves, the rest when somebody does. Hands
 * come from `gestures.ts`; `MapStage.tsx` puts it into the page.
 */
import type { Frame, Neighbour, Person, Spot } from '../wire';
import type { Work, Works } from '../works';
import * as cam from './camera';
import { Cursors } from './cursors';
import { closestOf, halves, sideOf, type Field } from './field';
import { drawScene, PICTURE_PX } from './overlay';
import { Sheet } from './sheet';
import { Thumbs } from './thumbs';
import { Walked } from './walked';

/** Two thirds of the way of a flight of the camera. */
const FLIGHT_MS = 220;
/** One slice of decoding likenesses: shorter than half a frame. */
const SLICE_MS = 6;
/** On a page that is never idle there is a slice this often all the same. */
const SLICE_EVERY_MS = 100;
/** Sharper than this costs more than it shows. */
const MOST_PIXELS = 2;
/** A finger's tip, in CSS pixels: a work under it counts as hit. */
const REACH = 14;
/** A pause between frames longer than this (a page that slept) is not played out. */
const LONGEST_STEP_MS = 100;

/** Whom the camera follows: the point, or a person by id. */
export type Followed = 'point' | { person: string } | null;

export class StudioMap {
  #size: cam.Size = { width: 0, height: 0, closest: 1 };
  #camera: cam.Camera = { x: 0.5, y: 0.5, zoom: 1 };
  #target: cam.Camera | null = null;
  #followed: Followed = null;
  #works: Works | null = null;
  #sheet: Sheet | null = null;
  #field: Field | null = null;
  #fieldDue = true;
  #asked = false;
  #lastMs = 0;
  #point: Spot | null = null;
  #near: readonly Neighbour[] = [];
  #bump: string | null = null;
  #pull: { to: Spot; colour: string } | null = null;
  #found: ReadonlyMap<string, number> = new Map();
  #marked: ReadonlySet<string> = new Set();
  #selected: string | null = null;
  #tour: readonly string[] = [];
  #inSight: readonly Work[] = [];
  #ink = '';
  readonly #walked = new Walked();
  readonly #cursors = new Cursors();
  readonly #thumbs = new Thumbs(() => this.#ask());
  readonly #listeners = new Set<() => void>();
  readonly #still = window.matchMedia?.('(prefers-reduced-motion: reduce)');

  constructor(private readonly canvas: HTMLCanvasElement) {}

  // -- what it shows ------------------------------------------------------------------------------------------------

  /** What draws the works; it comes a little later than the page, in a file of its own. */
  field(field: Field | null): void {
    this.#field = field;
    this.#hang();
  }

  works(works: Works | null): void {
    if (works === this.#works) return;
    this.#works = works;
    this.#sheet = works && new Sheet(works.all);
    const { width, height } = this.#size;
    this.#size = { width, height, closest: this.#closest(width, height) };
    this.#hang();
  }

  point({ x, y, near, bump }: Frame, nowMs: number): void {
    this.#point = { x, y };
    this.#near = near;
    this.#bump = bump;
    this.#walked.go(this.#point, nowMs);
    this.#ask();
  }

  people(people: readonly Person[], you: string | null): void {
    this.#cursors.people(people, you);
    this.#ask();
  }

  pull(to: Spot | null, colour: string): void {
    this.#pull = to && { to, colour };
    this.#ask();
  }

  found(times: ReadonlyMap<string, number>): void {
    this.#found = times;
    this.#ask();
  }

  marked(ids: readonly string[]): void {
    this.#marked = new Set(ids);
    this.#ask();
  }

  selected(id: string | null): void {
    this.#selected = id;
    this.#ask();
  }

  tour(ids: readonly string[]): void {
    this.#tour = ids;
    this.#ask();
  }

  // -- where it looks -----------------------------------------------------------------------------------------------

  get followed(): Followed {
    return this.#followed;
  }

  /** Follow somebody; moving the map by hand ends it. */
  follow(whom: Followed): void {
    this.#followed = whom;
    this.#tell();
    this.#ask();
  }

  pan(dx: number, dy: number): void {
    this.#go(cam.panned(this.#target ?? this.#camera, this.#size, dx, dy), true);
  }

  /** Closer by `factor`, around a point of the element, or around its middle. */
  zoom(factor: number, at?: Spot): void {
    const middle = { x: this.#size.width / 2, y: this.#size.height / 2 };
    this.#go(cam.zoomed(this.#target ?? this.#camera, this.#size, at ?? middle, factor), false);
  }

  lookAt(spot: Spot, closer = 1): void {
    const zoom = Math.max(this.#camera.zoom, cam.whole(this.#size).zoom * closer);
    this.#go(cam.held({ x: spot.x, y: spot.y, zoom }, this.#size), true);
  }

  whole(): void {
    this.#go(cam.whole(this.#size), true);
  }

  resize(width: number, height: number): void {
    const before = this.#size;
    this.#size = { width, height, closest: this.#closest(width, height) };
    const closer = before.width ? this.#camera.zoom / cam.whole(before).zoom : 1;
    const { x, y } = this.#camera;
    this.#camera = cam.held({ x, y, zoom: cam.whole(this.#size).zoom * closer }, this.#size);
    this.#target = null;
    this.#ink = getComputedStyle(this.canvas).color;
    this.#seen();
  }

  // -- what lies where ----------------------------------------------------------------------------------------------

  /** Place on the map under a point of the element; null beyond the map. */
  placeAt(at: Spot): Spot | null {
    const { x, y } = cam.toMap(this.#camera, this.#size, at);
    return x >= 0 && x <= 1 && y >= 0 && y <= 1 ? { x, y } : null;
  }

  /** The work under a point of the element: the one whose middle is nearest, of those that the finger touches. */
  workAt(at: Spot): Work | null {
    const side = sideOf(this.#camera.zoom, this.#works?.all.length ?? 0);
    let best: { work: Work; far: number } | null = null;
    for (const work of this.#inSight) {
      const { x, y } = cam.toScreen(this.#camera, this.#size, work);
      const [across, down] = halves(work.width, work.height, side);
      const reach = side < PICTURE_PX ? REACH : 0;
      const far = Math.hypot(at.x - x, at.y - y);
      const hit = Math.abs(at.x - x) <= across + reach && Math.abs(at.y - y) <= down + reach;
      if (hit && far < (best?.far ?? Infinity)) best = { work, far };
    }
    return best?.work ?? null;
  }

  /** In the middle of the element, or as near to it as there is one. */
  get middle(): { spot: Spot; work: Work | null } {
    const spot = { x: this.#camera.x, y: this.#camera.y };
    const far = (work: Work) => Math.hypot(work.x - spot.x, work.y - spot.y);
    const work = this.#inSight.reduce<Work | null>((best, one) => (best && far(best) <= far(one) ? best : one), null);
    return { spot, work };
  }

  /** Those in sight, nearest to the middle first. */
  listed(): readonly Work[] {
    const far = ({ x, y }: Work) => Math.hypot(x - this.#camera.x, y - this.#camera.y);
    return [...this.#inSight].sort((a, b) => far(a) - far(b));
  }

  /** The list of those in sight: another one whenever they may be others. */
  get sight(): readonly Work[] {
    return this.#inSight;
  }

  /** Told when other works are in sight, or somebody else is followed. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  dispose(): void {
    this.#field?.dispose();
    this.#field = null;
    this.#works = null;
    this.#sheet = null;
    this.#listeners.clear();
  }

  // -- drawing ------------------------------------------------------------------------------------------------------

  #hang(): void {
    if (this.#works && this.#sheet) {
      this.#field?.works(this.#works, this.#sheet);
      this.#field?.decoded();
    }
    this.#seen();
    this.#decode(this.#sheet);
  }

  /** Likenesses, a slice at a time while the page has nothing better to do. */
  #decode(sheet: Sheet | null): void {
    if (!sheet || sheet.done) return;
    idle((leftMs) => {
      if (sheet !== this.#sheet) return;
      const endMs = performance.now() + Math.min(leftMs, SLICE_MS);
      sheet.decode(() => performance.now() < endMs);
      if (this.#field?.decoded()) {
        this.#fieldDue = true;
        this.#ask();
      }
      this.#decode(sheet);
    });
  }

  #go(camera: cam.Camera, byHand: boolean): void {
    if (byHand && this.#followed) this.follow(null);
    if (this.#still?.matches) {
      this.#camera = camera;
      this.#target = null;
      this.#seen();
    } else {
      this.#target = camera;
      this.#ask();
    }
  }

  #closest(width: number, height: number): number {
    return closestOf(cam.whole({ width, height }).zoom, this.#works?.all.length ?? 0);
  }

  #seen(): void {
    const { width, height } = this.#size;
    const { x, y, zoom } = this.#camera;
    const rim = sideOf(zoom, this.#works?.all.length ?? 0) / 2;
    const [across, down] = [(width / 2 + rim) / zoom, (height / 2 + rim) / zoom];
    this.#inSight = (this.#works?.all ?? []).filter((work) => Math.abs(work.x - x) < across && Math.abs(work.y - y) < down);
    this.#fieldDue = true;
    this.#tell();
    this.#ask();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame((nowMs) => {
      this.#asked = false;
      this.#draw(nowMs);
    });
  }

  #draw(nowMs: number): void {
    const { width, height } = this.#size;
    const context = this.canvas.getContext('2d');
    if (!context || !width || !height) return;
    const dtMs = Math.min(LONGEST_STEP_MS, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
    const gliding = this.#cursors.advance(dtMs, this.#still?.matches ?? false);
    this.#fly(dtMs);
    const pixelRatio = Math.min(window.devicePixelRatio || 1, MOST_PIXELS);
    if (this.#fieldDue) this.#field?.draw(this.#camera, this.#size, pixelRatio);
    this.#fieldDue = false;
    const [across, down] = [Math.round(width * pixelRatio), Math.round(height * pixelRatio)];
    if (this.canvas.width !== across) this.canvas.width = across;
    if (this.canvas.height !== down) this.canvas.height = down;
    context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    context.clearRect(0, 0, width, height);
    this.#drawOverlay(context, nowMs);
    if (gliding || this.#target) this.#ask();
  }

  #drawOverlay(context: CanvasRenderingContext2D, nowMs: number): void {
    const side = sideOf(this.#camera.zoom, this.#works?.all.length ?? 0);
    const inSight = this.#inSight;
    if (side >= PICTURE_PX) this.#thumbs.want(inSight.filter(({ atHand }) => atHand).map(({ id }) => id), nowMs);
    const workOf = (id: string | null) => (id === null ? null : (this.#works?.byId.get(id) ?? null));
    const near = this.#near.map(({ id, closeness }) => ({ work: workOf(id), closeness }));
    drawScene(context, {
      nowMs,
      side,
      inSight,
      ink: this.#ink,
      on: (spot) => cam.toScreen(this.#camera, this.#size, spot),
      picture: (id) => this.#thumbs.of(id),
      found: this.#found,
      marked: this.#marked,
      selected: workOf(this.#selected),
      near: near.filter((one): one is { work: Work; closeness: number } => one.work !== null),
      bump: workOf(this.#bump),
      steps: this.#walked.steps,
      point: this.#point,
      cursors: this.#cursors.shown,
      pull: this.#pull,
      tour: this.#tour.map(workOf).filter((work) => work !== null),
    });
  }

  /** A part of the way to where the camera is wanted, or to whom it follows. */
  #fly(dtMs: number): void {
    const followed = this.#followedSpot();
    const target = followed ? cam.held({ ...(this.#target ?? this.#camera), ...followed }, this.#size) : this.#target;
    if (!target) return;
    const arrived = cam.alike(this.#camera, target);
    this.#target = arrived ? null : target;
    if (arrived && followed) return;
    this.#camera = arrived ? target : cam.eased(this.#camera, target, dtMs, this.#still?.matches ? 0 : FLIGHT_MS);
    this.#seen();
  }

  #followedSpot(): Spot | null {
    if (this.#followed === null) return null;
    const spot = this.#followed === 'point' ? this.#point : this.#cursors.of(this.#followed.person);
    return spot && { x: spot.x, y: spot.y };
  }
}

/** When the page is idle; Safari has no word for it. */
function idle(callback: (leftMs: number) => void): void {
  if (typeof requestIdleCallback === 'function') requestIdleCallback((deadline) => callback(Math.max(1, deadline.timeRemaining())), { timeout: SLICE_EVERY_MS });
  else setTimeout(() => callback(SLICE_MS), 16);
}
