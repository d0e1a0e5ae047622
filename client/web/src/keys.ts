/** Arrow keys and WASD as a stick. Keys typed into a field, or meant for the browser (with Ctrl, Alt, Meta), are left alone. */
import type { Wish } from './steering';

/** By the key's place on the board, so that WASD lies in a square on every layout. */
const DIRECTIONS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  KeyA: [-1, 0],
  KeyD: [1, 0],
  KeyW: [0, -1],
  KeyS: [0, 1],
};

/** The stick that the held keys make, of length 1; null when they cancel out or none is held. */
export function stickOf(held: Iterable<string>): Wish | null {
  let x = 0;
  let y = 0;
  for (const code of held) {
    const [dx, dy] = DIRECTIONS[code] ?? [0, 0];
    x += dx;
    y += dy;
  }
  const length = Math.hypot(x, y);
  return length ? { t: 'stick', x: x / length, y: y / length } : null;
}

/** Watch the keyboard; `steer` hears every change. The returned function stops. */
export function watchKeys(target: Window, steer: (wish: Wish | null) => void): () => void {
  const held = new Set<string>();
  const down = (event: KeyboardEvent) => {
    if (!(event.code in DIRECTIONS) || event.ctrlKey || event.altKey || event.metaKey || ownsKeys(event.target)) return;
    event.preventDefault(); // the page must not scroll under the arrows
    if (!held.has(event.code)) steer(stickOf(held.add(event.code)));
  };
  const up = (event: KeyboardEvent) => {
    if (held.delete(event.code)) steer(stickOf(held));
  };
  const letGo = () => {
    held.clear();
    steer(null);
  };
  target.addEventListener('keydown', down);
  target.addEventListener('keyup', up);
  target.addEventListener('blur', letGo); // a key released in another window is never heard
  return () => {
    target.removeEventListener('keydown', down);
    target.removeEventListener('keyup', up);
    target.removeEventListener('blur', letGo);
  };
}

/** True for fields one types into, and for what marks itself as using the arrows. */
function ownsKeys(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [data-arrows]') !== null;
}
