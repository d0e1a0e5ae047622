/** Values of facets as people read them: colours and periods are our own words; all others are the museums'. */
import { nth, sayOf } from './texts';
import type { Facet } from './search';

/** "17th century", "1st century B.C.", "2nd millennium B.C.", as the server labels them. */
const PERIOD = /^(\d+)\w+ (century|millennium)( B\.C\.)?$/;

export function facetValue(facet: Facet, value: string): string {
  if (facet === 'colour') return sayOf(`colour.${value}`, {}) ?? value;
  if (facet !== 'period') return value;
  const [, number, age, before] = PERIOD.exec(value) ?? [];
  if (number === undefined) return value;
  if (age === 'millennium') return nth('period.millennium', Number(number));
  return nth(before ? 'period.before' : 'period.century', Number(number));
}
