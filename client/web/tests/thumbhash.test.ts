import { expect, test } from 'vitest';
import { likeness } from '../src/thumbhash';

/** Hashes and pixels made by models/works/thumbhash.py, which shares no code with ours. */
const FLAT = 'HcsCBYAdGl93eHhxeMh4dQ6N4qA4';
const GRADIENT = 'XUcKVRaPiICIiId4iHh4iHBziAiI';

function pixel(base64: string, x: number, y: number): number[] {
  const drawn = likeness(base64);
  if (!drawn) throw new Error('no likeness');
  return Array.from(drawn.rgba.slice((y * drawn.width + x) * 4, (y * drawn.width + x) * 4 + 4));
}

function close(found: number[], expected: number[]): void {
  found.forEach((value, i) => expect(Math.abs(value - (expected[i] ?? Number.NaN))).toBeLessThanOrEqual(1));
}

test('a flat picture comes back flat, in its colour and its shape', () => {
  expect(likeness(FLAT)).toMatchObject({ width: 32, height: 23 });
  close(pixel(FLAT, 0, 0), [202, 101, 50, 255]);
  close(pixel(FLAT, 31, 22), [202, 101, 50, 255]);
});

test('a gradient comes back the right way round', () => {
  expect(likeness(GRADIENT)).toMatchObject({ width: 23, height: 32 });
  close(pixel(GRADIENT, 0, 0), [58, 103, 255, 255]);
  close(pixel(GRADIENT, 22, 0), [32, 107, 42, 255]);
  close(pixel(GRADIENT, 0, 31), [251, 88, 223, 255]);
  close(pixel(GRADIENT, 22, 31), [255, 103, 49, 255]);
  close(pixel(GRADIENT, 11, 16), [125, 98, 128, 255]);
});

test.each(['', 'a', '????', 'AAAA', 'AAAAAAAA'])('%j is no likeness', (text) => {
  expect(likeness(text)).toBeNull();
});
