import { expect, test } from 'vitest';
import ar from '../src/texts/ar';
import en from '../src/texts/en';
import fr from '../src/texts/fr';
import { chosen, count, percentOf, say, speak } from '../src/texts';

const sources = Object.values(
  import.meta.glob('../src/**/*.{ts,tsx}', { query: '?raw', import: 'default', eager: true }) as Record<string, string>,
).join('\n');

test('every text of the catalogue is used by a page', () => {
  const stems = Object.keys(en).map((key) => key.replace(/\.(one|two|few|other)$/, ''));
  const templated = ['mode.', 'facet.', 'colour.', 'medium.', 'culture.', 'department.', 'studio.mode.', 'studio.tab.', 'phone.map', 'phone.works', 'why.', 'refused.', 'fault.'];
  const unused = stems.filter((stem) => !sources.includes(`'${stem}'`) && !templated.some((start) => stem.startsWith(start)));
  expect(unused).toEqual([]);
});

const gaps = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();
const translations = Object.entries({ ar, fr } as Record<string, Record<string, string>>);

test.each(translations)('%s says everything, with the same gaps', (_, catalogue) => {
  for (const [key, text] of Object.entries(en)) {
    if (/\.(one|two|few)$/.test(key)) continue; // each language has forms of its own beside the general one
    expect(catalogue[key], key).toBeTruthy();
    expect(gaps(catalogue[key] ?? ''), key).toEqual(gaps(text));
  }
});

test.each(translations)('%s says nothing that English does not', (language, catalogue) => {
  const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  const counted = Object.keys(en).filter((key) => key.endsWith('.other')).map((key) => key.slice(0, -'other'.length));
  const known = new Set([...Object.keys(en), ...counted.flatMap((stem) => forms.map((form) => stem + form))]);
  expect(Object.keys(catalogue).filter((key) => !known.has(key))).toEqual([]);
});

test('another language is spoken once it is asked for, with its own plural forms', async () => {
  await speak('ar');
  expect(count('people', 2)).toBe(ar['people.two']);
  await speak('en');
  expect(count('people', 2)).toBe('2 people are here');
});

test('numbers choose their form', () => {
  expect(count('people', 1)).toBe('One person is here');
  expect(count('people', 30)).toBe('30 people are here');
});

test('a part is read in percent, to a tenth, as the language writes it', async () => {
  expect([percentOf(1 / 3), percentOf(0.5)]).toEqual(['33.3%', '50%']);
  await speak('fr');
  expect(percentOf(1 / 3)).toBe('33,3\u202f%');
  await speak('en');
});

test('gaps are filled, and what looks like a gap in a value is not', () => {
  expect(say('place.near', { a: 'The {b} Cup' })).toBe('Near The {b} Cup');
});

test('a reader whose language we do not have gets English', () => {
  expect(chosen(['tlh', 'en-GB'])).toBe('en');
  expect(chosen([])).toBe('en');
});
