import { expect, test } from 'vitest';
import { hashOf, heldIn, linkTo, type Held } from '../src/links';

const AWKWARD = [1 / 3, 0.1 + 0.2, 1e-7, 5e-324, 0.123456, 1];

// U1
test.each(AWKWARD)('a weight of %d and a place there come back as the very same number', (value) => {
  const blend: Held = { kind: 'blend', portions: [['a', value], ['b', 0.5]] };
  expect(heldIn(hashOf(blend))).toEqual(blend);
  const place: Held = { kind: 'place', x: value, y: 0 };
  expect(heldIn(hashOf(place))).toEqual(place);
});

test('ids with anything in them come back, after a browser has escaped them again', () => {
  const blend: Held = { kind: 'blend', portions: [['met:12,3*4 é', 0.5], ['guest:00ff', 0.5]] };
  expect(heldIn(new URL(`https://gallery.example/studio${hashOf(blend)}`).hash)).toEqual(blend);
});

test('the form is the one that is documented', () => {
  expect(hashOf({ kind: 'blend', portions: [['a', 0.5], ['b', 0.25]] })).toBe('#blend=a*0.5,b*0.25');
  expect(hashOf({ kind: 'place', x: 0.123456, y: 0.654321 })).toBe('#place=0.123456,0.654321');
});

// U2
test.each([
  '', '#', '#guide=secret', '#blend=', '#blend=a', '#blend=a*', '#blend=*1', '#blend=a*0', '#blend=a*-1', '#blend=a*NaN',
  '#blend=a*1,b', '#blend=a*1,a*1', `#blend=${Array.from({ length: 9 }, (_, i) => `w${i}*1`)}`, `#blend=${'x'.repeat(65)}*1`,
  '#blend=%zz*1', '#place=', '#place=0.5', '#place=0.5,0.5,0.5', '#place=1.1,0', '#place=-0.1,0', '#place=x,y',
])('%j holds nothing', (hash) => {
  expect(heldIn(hash)).toBeNull();
});

test('a link is this page, its room included, and what it holds', () => {
  const location = { origin: 'http://gallery', pathname: '/studio', search: '?room=annex' };
  expect(linkTo({ kind: 'place', x: 0.5, y: 0.25 }, location)).toBe('http://gallery/studio?room=annex#place=0.5,0.25');
});
