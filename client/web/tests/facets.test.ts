import { afterEach, expect, test } from 'vitest';
import { facetValue, knownValue } from '../src/facets';
import { speak } from '../src/texts';

afterEach(() => speak('en'));

test.each(['1st century', '2nd century B.C.', '17th century', '3rd millennium B.C.'])('in English a period is as the server labels it: %s', (period) => {
  expect(facetValue('period', period)).toBe(period);
});

test('what is often met is said in the reader’s language, what a museum wrote besides is left alone', async () => {
  await speak('fr');
  expect(facetValue('colour', 'brown')).toBe('Brun');
  expect(facetValue('period', '1st century')).toBe('1er siècle');
  expect(facetValue('period', '17th century')).toBe('17e siècle');
  expect(facetValue('period', '4th century B.C.')).toBe('4e siècle av. J.-C.');
  expect(facetValue('medium', 'oil')).toBe('Huile');
  expect(facetValue('culture', 'Dutch')).toBe('Néerlandaise');
  expect(facetValue('department', 'Paintings')).toBe('Peintures');
  expect([facetValue('culture', 'Vicús'), knownValue('culture', 'Vicús')]).toEqual(['Vicús', null]);
  expect(knownValue('artist', 'Francis Bacon')).toBeNull();
});

test('what is no label of ours stays as it is', () => {
  expect(facetValue('period', 'Edo')).toBe('Edo');
  expect(facetValue('colour', 'octarine')).toBe('octarine');
});
