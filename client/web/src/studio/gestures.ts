/**
 * Hands on the map: drag and pinch, wheel and keys. Says what they mean; `MapStage` knows what to do about it.
 *
 * A press that hardly moves is a tap. Keys count while the map has the focus: arrows pan, + and - zoom, 0 shows all, Enter
 * opens the work in the middle, Space pulls to the middle, Escape lets go.
 */
import type { Spot } from '../wire';

export type Hands = {
  pan(dx: number, dy: number): void;
  zoom(factor: number, at?: Spot): void;
  whole(): void;
  tap(at: Spot): void;
  /** The mouse passes over; null when it leaves. */
  hover(at: Spot | null): void;
  open(): void;
  pull(): void;
  letGo(): void;
};

/** A finger trembles by this many pixels. */
const TREMBLE = 6;
/** One press of an arrow key moves the map by so many pixels, one of plus by such a factor. */
const STEP = 90;
const CLOSER = 1.5;
/** A wheel's click is about 100 units: nearly a third closer. */
const WHEEL = 0.0024;
/** Some wheels count in lines. */
const LINE = 16;

export function watchHands(element: HTMLElement, hands: Hands): () => void {
  const down = new Map<number, Spot>();
  let pressed: Spot | null = null;

  const at = (event: MouseEvent): Spot => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const press = (event: PointerEvent) => {
    if (event.button > 0) return;
    element.setPointerCapture(event.pointerId);
    down.set(event.pointerId, at(event));
    pressed = down.size === 1 ? at(event) : null;
  };
  const move = (event: PointerEvent) => {
    const before = down.get(event.pointerId);
    const now = at(event);
    if (!before) return event.pointerType === 'touch' ? undefined : hands.hover(now);
    if (pressed && far(pressed, now) < TREMBLE) return;
    pressed = null;
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    down.set(event.pointerId, now);
    if (other) hands.zoom(far(other, now) / Math.max(1, far(other, before)), middle(other, now));
    const share = down.size; // two fingers carry the map between them
    hands.pan((now.x - before.x) / share, (now.y - before.y) / share);
  };
  const lift = (event: PointerEvent) => {
    if (!down.delete(event.pointerId)) return;
    if (event.type === 'pointerup' && pressed) hands.tap(pressed);
    pressed = null;
  };
  const leave = () => hands.hover(null);
  const wheel = (event: WheelEvent) => {
    event.preventDefault(); // the page stays, the map moves
    hands.zoom(Math.exp(-event.deltaY * (event.deltaMode ? LINE : 1) * WHEEL), at(event));
  };
  const key = (event: KeyboardEvent) => {
    if (event.target !== element || event.ctrlKey || event.altKey || event.metaKey) return;
    const meant = KEYS[event.key];
    if (!meant) return;
    event.preventDefault();
    meant(hands);
  };
  const listeners = { pointerdown: press, pointermove: move, pointerup: lift, pointercancel: lift, pointerleave: leave, wheel, keydown: key };
  for (const [name, listener] of Object.entries(listeners))
    element.addEventListener(name, listener as EventListener, { passive: false });
  return () => {
    for (const [name, listener] of Object.entries(listeners)) element.removeEventListener(name, listener as EventListener);
  };
}

const KEYS: Readonly<Record<string, (hands: Hands) => void>> = {
  ArrowLeft: (hands) => hands.pan(STEP, 0),
  ArrowRight: (hands) => hands.pan(-STEP, 0),
  ArrowUp: (hands) => hands.pan(0, STEP),
  ArrowDown: (hands) => hands.pan(0, -STEP),
  '+': (hands) => hands.zoom(CLOSER),
  '=': (hands) => hands.zoom(CLOSER),
  '-': (hands) => hands.zoom(1 / CLOSER),
  '0': (hands) => hands.whole(),
  Enter: (hands) => hands.open(),
  ' ': (hands) => hands.pull(),
  Escape: (hands) => hands.letGo(),
};

function far(a: Spot, b: Spot): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function middle(a: Spot, b: Spot): Spot {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}
