import { expect, test } from 'vitest';
import { chosen, count, say } from '../src/texts';
import en from '../src/texts/en.json';

const sources = Object.values(
  import.meta.glob('../src/**/*.{ts,tsx}', { query: '?raw', import: 'default', eager: true }) as Record<string, string>,
).join('\n');

test('every text of the catalogue is used by a page', () => {
  const stems = Object.keys(en).map((key) => key.replace(/\.(one|other)$/, ''));
  const templated = ['mode.', 'phone.map', 'phone.works'];
  const unused = stems.filter((stem) => !sources.includes(`'${stem}'`) && !templated.some((start) => stem.startsWith(start)));
  expect(unused).toEqual([]);
});

test('numbers choose their form', () => {
  expect(count('people', 1)).toBe('One person is here');
  expect(count('people', 30)).toBe('30 people are here');
});

test('gaps are filled, and what looks like a gap in a value is not', () => {
  expect(say('place.near', { a: 'The {b} Cup' })).toBe('Near The {b} Cup');
});

test('a reader whose language we do not have gets English', () => {
  expect(chosen(['tlh', 'en-GB'])).toBe('en');
  expect(chosen([])).toBe('en');
});
