/** Values of facets as people read them: colours, periods and materials, and of cultures and departments those often met. */
import type { Facet } from './search';
import { nth, sayOf } from './texts';

/** "17th century", "1st century B.C.", "2nd millennium B.C.", as the server labels them. */
const PERIOD = /^(\d+)\w+ (century|millennium)( B\.C\.)?$/;

/** In the reader's language; null for what is in the museum's own words alone. */
export function knownValue(facet: Facet, value: string): string | null {
  if (facet !== 'period') return sayOf(`${facet}.${value}`, {});
  const [, number, age, before] = PERIOD.exec(value) ?? [];
  if (number === undefined) return null;
  if (age === 'millennium') return nth('period.millennium', Number(number));
  return nth(before ? 'period.before' : 'period.century', Number(number));
}

export function facetValue(facet: Facet, value: string): string {
  return knownValue(facet, value) ?? value;
}
