import { expect, test, vi } from 'vitest';
import { Aiming } from '../src/studio/aim';
import * as cam from '../src/studio/camera';
import { Cursors } from '../src/studio/cursors';
import { closestOf, detailOf, sideOf } from '../src/studio/field';
import { watchHands, type Hands } from '../src/studio/gestures';
import { CELL, meanColour, Sheet } from '../src/studio/sheet';
import { Thumbs } from '../src/studio/thumbs';
import { Walked } from '../src/studio/walked';
import { colourName } from '../src/colours';
import { likeness } from '../src/thumbhash';
import type { Wish } from '../src/steering';
import type { Work } from '../src/works';
import { person } from './fakes';

const SIZE = { width: 800, height: 600, closest: 20 };
const HASH = 'HcsCBYAdGl93eHhxeMh4dQ6N4qA4';
const sources = import.meta.glob('../src/**/*.{ts,tsx}', { query: '?raw', import: 'default', eager: true }) as Record<string, string>;

test('a place on the screen and back is the same place', () => {
  const camera = { x: 0.3, y: 0.6, zoom: 2_000 };
  const back = cam.toMap(camera, SIZE, cam.toScreen(camera, SIZE, { x: 0.41, y: 0.59 }));
  expect(back.x).toBeCloseTo(0.41, 12);
  expect(back.y).toBeCloseTo(0.59, 12);
});

test('zooming keeps what lies under the finger where it is', () => {
  const camera = { x: 0.5, y: 0.5, zoom: 1_500 };
  const finger = { x: 700, y: 100 };
  const after = cam.zoomed(camera, SIZE, finger, 1.7);
  const [before, now] = [cam.toMap(camera, SIZE, finger), cam.toMap(after, SIZE, finger)];
  expect(now.x).toBeCloseTo(before.x, 12);
  expect(now.y).toBeCloseTo(before.y, 12);
});

test('the map is never lost: its middle stays on it, neither too far nor too near', () => {
  const far = cam.panned(cam.whole(SIZE), SIZE, 1e6, -1e6);
  expect([far.x, far.y]).toEqual([0, 1]);
  const least = cam.whole(SIZE).zoom;
  expect(cam.zoomed(far, SIZE, { x: 0, y: 0 }, 1e-9).zoom).toBe(least);
  expect(cam.zoomed(far, SIZE, { x: 0, y: 0 }, 1e9).zoom).toBe(least * SIZE.closest);
});

test('a flight arrives, and without motion at once', () => {
  const to = { x: 0.9, y: 0.1, zoom: 5_000 };
  let camera = cam.whole(SIZE);
  expect(cam.eased(camera, to, 16, 0)).toEqual(to);
  for (let i = 0; i < 200; i++) camera = cam.eased(camera, to, 16, 220);
  expect(cam.alike(camera, to)).toBe(true);
});

test('works are dots from afar and likenesses from near by, however many there are', () => {
  for (const works of [850, 10_000]) {
    const whole = cam.whole(SIZE).zoom;
    const [far, near] = [sideOf(whole, works), sideOf(whole * closestOf(whole, works), works)];
    expect(near).toBeGreaterThan(150);
    expect(detailOf(near)).toBe(1);
    expect(far).toBeLessThan(whole / Math.sqrt(works));
  }
  expect(detailOf(sideOf(560, 10_000))).toBe(0);
});

test('every work has its colour at once, and its likeness in its own cell later', () => {
  const works = Array.from({ length: 5 }, (_, i) => ({ id: String(i), thumbhash: i === 4 ? '' : HASH }) as Work);
  const sheet = new Sheet(works);
  expect([...sheet.colours.subarray(0, 3)]).toEqual([...meanColour(HASH)]);
  let steps = 0;
  sheet.decode(() => steps++ < 2);
  expect([sheet.decoded, sheet.done]).toEqual([2, false]);
  sheet.decode(() => true);
  expect(sheet.done).toBe(true);
  const drawn = likeness(HASH, CELL);
  expect([...sheet.boxes.subarray(6, 8)]).toEqual([drawn?.width, drawn?.height]);
  const corner = (Math.floor(3 / sheet.cells) * CELL * sheet.side + (3 % sheet.cells) * CELL) * 4;
  expect([...sheet.pixels.subarray(corner, corner + 4)]).toEqual([...(drawn?.rgba.subarray(0, 4) ?? [])]);
});

test('the mean colour is that of the likeness, and of none a quiet grey', () => {
  const drawn = likeness(HASH)?.rgba ?? [];
  meanColour(HASH).forEach((value, i) => expect(Math.abs(value - (drawn[i] ?? 0))).toBeLessThan(6));
  for (const nothing of ['', '?', 'A']) expect(meanColour(nothing)).toEqual(meanColour('!!!!'));
});

test('the way walked keeps its corners, forgets the old ones, and begins anew after a jump', () => {
  const walked = new Walked();
  walked.go({ x: 0.5, y: 0.5 }, 0);
  walked.go({ x: 0.5005, y: 0.5 }, 10);
  walked.go({ x: 0.51, y: 0.5 }, 20);
  expect(walked.steps).toHaveLength(2);
  walked.go({ x: 0.9, y: 0.5 }, 30);
  expect(walked.steps).toEqual([{ x: 0.9, y: 0.5, atMs: 30 }]);
  walked.go({ x: 0.91, y: 0.5 }, 181_000);
  expect(walked.steps).toHaveLength(1);
});

test('cursors glide to where the room says, go with their people, and one’s own is not among them', () => {
  const cursors = new Cursors();
  cursors.people([person('me', '#ffffff', 0, { at: { x: 0, y: 0 } }), person('a', '#ff0000', 0, { at: { x: 0, y: 0 } })], 'me');
  cursors.advance(16, false);
  cursors.people([person('a', '#ff0000', 0, { at: { x: 1, y: 0 } })], 'me');
  expect(cursors.advance(16, false)).toBe(true);
  const [one, ...others] = cursors.shown;
  expect(others).toEqual([]);
  expect(one?.x).toBeGreaterThan(0);
  expect(one?.x).toBeLessThan(1);
  for (let i = 0; i < 200; i++) cursors.advance(16, false);
  expect(cursors.advance(16, false)).toBe(false);
  expect(cursors.of('a')).toMatchObject({ x: 1, y: 0 });
  cursors.people([person('a', '#ff0000', 0)], 'me');
  expect([...cursors.shown]).toEqual([]);
});

// U4
test('a place is pulled to until the point is exactly there, a flight until the wall has settled on the work', () => {
  const wishes: Record<string, Wish | null> = {};
  const aiming = new Aiming({ wish: (source, wish) => void (wishes[source] = wish) });
  aiming.take({ kind: 'place', x: 0.3, y: 0.4, stay: true });
  aiming.follow({ x: 0.3, y: 0.4, bump: null });
  expect(aiming.aim).not.toBeNull();
  aiming.take({ kind: 'place', x: 0.3, y: 0.4, stay: false });
  expect(wishes).toMatchObject({ finger: { t: 'place', x: 0.3, y: 0.4 }, work: null });
  aiming.follow({ x: 0.3 + 1e-6, y: 0.4, bump: null });
  expect(aiming.aim).not.toBeNull();
  aiming.follow({ x: 0.3, y: 0.4, bump: null });
  expect([aiming.aim, wishes['finger']]).toEqual([null, null]);
  aiming.take({ kind: 'work', id: 'a', stay: false });
  aiming.follow({ x: 0, y: 0, bump: 'b' });
  expect(wishes).toMatchObject({ finger: null, work: { t: 'work', id: 'a' } });
  aiming.follow({ x: 0, y: 0, bump: 'a' });
  expect(aiming.aim).toBeNull();
  aiming.take({ kind: 'work', id: 'a', stay: true });
  aiming.follow({ x: 0, y: 0, bump: 'a' });
  expect(aiming.aim).not.toBeNull();
});

function hands() {
  vi.stubGlobal('PointerEvent', class extends MouseEvent {
    readonly pointerId: number;
    readonly pointerType: string;
    constructor(name: string, init: MouseEventInit & { pointerId?: number; pointerType?: string } = {}) {
      super(name, init);
      this.pointerId = init.pointerId ?? 1;
      this.pointerType = init.pointerType ?? 'mouse';
    }
  });
  const element = document.createElement('div');
  element.setPointerCapture = () => {};
  const heard: unknown[][] = [];
  const names = ['pan', 'zoom', 'whole', 'tap', 'hover', 'open', 'pull', 'letGo'] as const;
  const listening = Object.fromEntries(names.map((name) => [name, (...what: unknown[]) => heard.push([name, ...what])]));
  watchHands(element, listening as unknown as Hands);
  const say = (name: string, x = 0, y = 0, more = {}) => element.dispatchEvent(new PointerEvent(name, { clientX: x, clientY: y, ...more }));
  return { element, heard, say };
}

test('a press that trembles is a tap, one that goes on is a drag', () => {
  const { heard, say } = hands();
  say('pointerdown', 10, 10);
  say('pointermove', 12, 11);
  say('pointerup', 12, 11);
  expect(heard).toEqual([['tap', { x: 10, y: 10 }]]);
  heard.length = 0;
  say('pointerdown', 10, 10);
  say('pointermove', 30, 10);
  say('pointerup', 30, 10);
  expect(heard).toEqual([['pan', 20, 0]]);
});

test('two fingers that part zoom around their middle, and are no tap', () => {
  const { heard, say } = hands();
  say('pointerdown', 100, 100, { pointerId: 1, pointerType: 'touch' });
  say('pointerdown', 200, 100, { pointerId: 2, pointerType: 'touch' });
  say('pointermove', 300, 100, { pointerId: 2, pointerType: 'touch' });
  expect(heard).toEqual([['zoom', 2, { x: 200, y: 100 }], ['pan', 50, 0]]);
  say('pointerup', 300, 100, { pointerId: 2, pointerType: 'touch' });
  say('pointerup', 100, 100, { pointerId: 1, pointerType: 'touch' });
  expect(heard.some(([name]) => name === 'tap')).toBe(false);
});

// U8
test('what a pointer does on the map, keys do, too', () => {
  const { element, heard } = hands();
  for (const key of ['ArrowLeft', '+', '-', '0', 'Enter', ' ', 'Escape', 'q'])
    element.dispatchEvent(new KeyboardEvent('keydown', { key }));
  expect(heard.map(([name]) => name)).toEqual(['pan', 'zoom', 'zoom', 'whole', 'open', 'pull', 'letGo']);
});

test('small pictures come a few at a time, those in sight now first, and a missing one is left alone for a while', async () => {
  const asked: string[] = [];
  const answers = new Map<string, (came: boolean) => void>();
  const thumbs = new Thumbs(
    () => {},
    (address) =>
      new Promise((resolve, reject) => {
        asked.push(address);
        answers.set(address, (came) => (came ? resolve(new Image()) : reject(new Error('404'))));
      }),
  );
  thumbs.want(['a', 'b', 'c', 'd', 'e'], 0);
  expect(asked).toHaveLength(4);
  thumbs.want(['z', 'a'], 0);
  answers.get('/thumbs/a')?.(true);
  await vi.waitFor(() => expect(asked.at(-1)).toBe('/thumbs/z'));
  expect(thumbs.of('a')).not.toBeNull();
  answers.get('/thumbs/z')?.(false);
  for (const id of ['b', 'c', 'd']) answers.get(`/thumbs/${id}`)?.(true);
  await vi.waitFor(() => expect(thumbs.of('d')).not.toBeNull());
  thumbs.want(['z'], 1_000);
  expect(asked.filter((address) => address === '/thumbs/z')).toHaveLength(1);
  thumbs.want(['z'], 100_000);
  expect(asked.filter((address) => address === '/thumbs/z')).toHaveLength(2);
});

// U5
test('three.js is imported by one file, which the studio alone loads, and only when it draws', () => {
  const importing = (pattern: RegExp) => Object.keys(sources).filter((path) => pattern.test(sources[path] ?? ''));
  expect(importing(/from 'three/)).toEqual(['../src/studio/field-three.ts']);
  expect(importing(/field-three'/)).toEqual(['../src/studio/MapStage.tsx']);
  expect(sources['../src/studio/MapStage.tsx']).toMatch(/await import\('\.\/field-three'\)/);
});

test('colours have names', () => {
  const names = ['#e03030', '#f7c15f', '#70a16f', '#70b0c1', '#bc74ba', '#808080'].map(colourName);
  expect(names).toEqual(['colour.red', 'colour.orange', 'colour.green', 'colour.turquoise', 'colour.pink', 'colour.grey']);
});
