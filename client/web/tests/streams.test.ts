import { expect, test } from 'vitest';
import { aroundOf, arcsOf, eased, LEAST, pullsOf, strokesOf } from '../src/streams';
import { nearest } from '../src/wall/Rim';
import { person } from './fakes';

const point = { x: 0.5, y: 0.5 };
const ahead = { x: 1, y: 0 };
const shares = (...pairs: [string, number][]) => new Map(pairs);
const anna = person('anna', '#e8b04b', 0.5, { at: { x: 0.2, y: 0.2 } });
const bert = person('bert', '#5aa9e6', 0.2, { at: { x: 0.9, y: 0.5 } });
const both = pullsOf([anna, bert], shares(['anna', 0.5], ['bert', 0.2]), point, ahead);

// C9
test('everybody who moves the point is seen, in their colour, from where they pull to the point', () => {
  expect(strokesOf(both, point, 0, false)).toMatchObject([
    { colour: '#e8b04b', from: anna.at, to: point },
    { colour: '#5aa9e6', from: bert.at, to: point },
  ]);
});

test('the same people at the same time make the same strokes, in whatever order they stand', () => {
  const turned = pullsOf([bert, anna], shares(['bert', 0.2], ['anna', 0.5]), point, ahead);
  expect(strokesOf(turned, point, 12.5, false)).toEqual(strokesOf(both, point, 12.5, false));
});

// C9
test('a larger share is a stronger stream and a longer arc', () => {
  const [strong, weak] = strokesOf(both, point, 0, false);
  expect(strong!.width).toBeGreaterThan(weak!.width);
  expect(strong!.alpha).toBeGreaterThan(weak!.alpha);
  const [long, short] = arcsOf(both, point);
  expect(long!.length).toBeGreaterThan(short!.length);
});

test('who does not move the point has no stream', () => {
  expect(pullsOf([anna, bert], shares(['anna', LEAST / 2]), point, ahead)).toEqual([]);
});

test('somebody who only pushes in a direction streams from the edge ahead of the point', () => {
  const [pull] = pullsOf([person('carl', '#ffffff', 1)], shares(['carl', 1]), { x: 0.25, y: 0.5 }, { x: -2, y: -1 });
  expect(pull!.from).toEqual({ x: 0, y: 0.375 });
});

test('with no way and no place a stream is where the point is, and cannot be seen', () => {
  const pulls = pullsOf([person('carl', '#ffffff', 1)], shares(['carl', 1]), point, { x: 0, y: 0 });
  expect(strokesOf(pulls, point, 3, false)[0]!.alpha).toBe(0);
  expect(arcsOf(pulls, point)[0]!.alpha).toBe(0);
});

test('grains travel from the hand to the point, steadily', () => {
  const at = (nowS: number) => strokesOf(both, point, nowS, false)[0]!.grains;
  const ways = at(1).map((after, i) => (after - at(0)[i]! + 1) % 1);
  for (const way of ways) expect(way).toBeCloseTo(ways[0]!);
  expect(ways[0]).toBeGreaterThan(0);
  expect(at(0).every((grain) => grain >= 0 && grain < 1)).toBe(true);
});

// C9
test('with reduced motion nothing travels and nothing sways: the same strokes at every time', () => {
  expect(strokesOf(both, point, 0, true)).toEqual(strokesOf(both, point, 99, true));
  expect(strokesOf(both, point, 0, true).flatMap(({ grains }) => grains)).toEqual([]);
});

test('forty people to one place fan out', () => {
  const people = Array.from({ length: 40 }, (_, i) => person(`p${i}`, '#ffffff', 1 / 40, { at: { x: 0.9, y: 0.9 } }));
  const pulls = pullsOf(people, new Map(people.map(({ id, share }) => [id, share])), point, ahead);
  const bends = new Set(strokesOf(pulls, point, 0, true).map(({ bend }) => `${bend.x.toFixed(3)} ${bend.y.toFixed(3)}`));
  expect(bends.size).toBeGreaterThan(35);
});

// C9
test('a stream grows and fades over about a second, and is forgotten then', () => {
  const soon = eased(new Map(), [anna], 0.1).get('anna')!;
  expect(soon).toBeGreaterThan(0);
  expect(soon).toBeLessThan(0.15);
  let fading = eased(new Map([['anna', 0.5]]), [], 0.1);
  expect(fading.get('anna')).toBeGreaterThan(0.3);
  for (let i = 0; i < 40; i++) fading = eased(fading, [], 0.1);
  expect(fading.size).toBe(0);
});

test.each([
  [{ x: 0, y: -1 }, 0.125],
  [{ x: 1, y: 0 }, 0.375],
  [{ x: 0, y: 3 }, 0.625],
  [{ x: -0.2, y: 0 }, 0.875],
  [{ x: -1, y: -1 }, 0],
])('the ray %j leaves the square at %d of the way around', (direction, around) => {
  expect(aroundOf(direction)).toBeCloseTo(around);
});

test('an arc at the rim takes the short way, over the corner where the count begins, too', () => {
  expect(nearest(0.02, 0.97)).toBeCloseTo(1.02);
  expect(nearest(0.97, 1.02)).toBeCloseTo(0.97);
  expect(nearest(0.3, undefined)).toBe(0.3);
});
