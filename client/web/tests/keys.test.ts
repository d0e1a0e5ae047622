import { afterEach, beforeEach, expect, test } from 'vitest';
import { stickOf, watchKeys } from '../src/keys';
import type { Wish } from '../src/steering';

let wishes: (Wish | null)[];
let stop: () => void;

beforeEach(() => {
  wishes = [];
  stop = watchKeys(window, (wish) => wishes.push(wish));
});
afterEach(() => stop());

const press = (code: string, more: KeyboardEventInit = {}, on: EventTarget = document.body) =>
  on.dispatchEvent(new KeyboardEvent('keydown', { code, bubbles: true, cancelable: true, ...more }));
const lift = (code: string) => window.dispatchEvent(new KeyboardEvent('keyup', { code }));

test('two keys make a diagonal of the same length as one', () => {
  const stick = stickOf(['ArrowUp', 'KeyD']);
  expect(stick).toMatchObject({ t: 'stick' });
  expect(stick && stick.t === 'stick' && Math.hypot(stick.x, stick.y)).toBeCloseTo(1);
  expect(stickOf(['ArrowLeft', 'ArrowRight'])).toBeNull();
});

test('holding and lifting keys steers and stops, and the repeat of a held key says nothing new', () => {
  press('ArrowLeft');
  press('ArrowLeft');
  lift('ArrowLeft');
  expect(wishes).toEqual([{ t: 'stick', x: -1, y: 0 }, null]);
});

test('a key that is held while the window is left does not steer for ever', () => {
  press('KeyS');
  window.dispatchEvent(new Event('blur'));
  expect(wishes.at(-1)).toBeNull();
  press('ArrowRight');
  expect(wishes.at(-1)).toEqual({ t: 'stick', x: 1, y: 0 });
});

test('the page does not scroll under the arrows, but shortcuts and typing are left alone', () => {
  expect(press('ArrowDown')).toBe(false);
  lift('ArrowDown');
  wishes.length = 0;
  const field = document.body.appendChild(document.createElement('input'));
  expect(press('KeyA', {}, field)).toBe(true);
  expect(press('ArrowLeft', { altKey: true })).toBe(true);
  expect(wishes).toEqual([]);
  field.remove();
});
