import { afterEach, expect, test } from 'vitest';
import ar from '../src/texts/ar/told.json';
import { speak } from '../src/texts';
import { explained, fault, refusal } from '../src/told';

afterEach(() => speak('en'));

const meant = { why: 'meant', term: 'rembrant', meant: 'rembrandt' };

// Q7, C16
test.each([
  ['en', 'No work has “rembrant”. Did you mean “rembrandt”?'],
  ['fr', 'Aucune œuvre ne contient « rembrant ». Vouliez-vous dire « rembrandt » ?'],
  ['ar', 'لا عمل فيه «rembrant». هل قصدت «rembrandt»؟'],
] as const)('why nothing was found is said in %s', async (language, said) => {
  await speak(language);
  expect(explained([meant], 'a sentence')?.replace(/\s/gu, ' ')).toBe(said);
});

test('a count chooses its form and its digits by the language', async () => {
  const all = (n: number) => explained([{ why: 'all_but', term: 'fan', n }], null);
  expect([all(1), all(1200)]).toEqual([
    'No work has all of these words; without “fan” there is 1.',
    'No work has all of these words; without “fan” there are 1,200.',
  ]);
  await speak('ar');
  expect(all(2)).toBe(ar['why.all_but.two'].replace('{term}', '«fan»'));
  expect(all(3)).toBe(ar['why.all_but.few'].replace('{term}', '«fan»').replace('{n}', new Intl.NumberFormat('ar').format(3)));
});

test('a facet is called as its menu is, and several words stand in a row', async () => {
  expect(explained([{ why: 'no_value', facet: 'culture', value: 'Martian' }], null)).toContain('“Martian” under “Culture”');
  expect(explained([{ why: 'minus', terms: ['a', 'b'] }], null)).toContain('“a”, “b”');
});

test('several reasons follow each other, and for one that is not known the server’s words stand for all', () => {
  expect(explained([{ why: 'fewer' }, meant], 'all')).toMatch(/try fewer\. No work/);
  expect(explained([meant, { why: 'of another year' }], 'all')).toBe('all');
  expect(explained([{ why: 'meant', term: 'no meant' }], 'all')).toBe('all');
  expect(explained([], null)).toBe(null);
  expect(explained(undefined, 'of an older server')).toBe('of an older server');
});

test('what was typed is said as it was typed, braces and all', () => {
  expect(explained([{ why: 'missing', term: '{meant} $1' }], null)).toContain('“{meant} $1”');
});

// C16
test('a refusal is said by its code with its values, and else by the server', async () => {
  const body = { error: 'The picture is larger than 10 MB.', code: 'too_large', n: 10 };
  await speak('fr');
  expect(refusal(body)?.replace(/\s/gu, ' ')).toBe('L’image dépasse 10 Mo. Envoyez-en une plus petite.');
  expect(refusal({ ...body, code: 'of another year' })).toBe(body.error);
  expect(refusal({ error: body.error })).toBe(body.error);
  expect([refusal(null), refusal('nonsense'), refusal({})]).toEqual([null, null, null]);
});

// C5
test('a fault is said by its code, with the room that the page asked for', async () => {
  await speak('fr');
  expect(fault(4504, 'main', 'There is no room')?.replace(/\s/gu, ' ')).toContain('pas de salle « main »');
  expect(fault(4599, 'main', 'A newer reason.')).toBe('A newer reason.');
  expect(fault(4599, 'main', null)).toBe(null);
});
