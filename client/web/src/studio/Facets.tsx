/** What narrows a search: one choice for each facet, each value with its count. */
import { facetValue, knownValue } from '../facets';
import { FACETS, type Answer, type Facet, type Query } from '../search';
import { say } from '../texts';

/** What a museum wrote is in a language of its own; the number after it is the page's. */
const own = (facet: Facet, value: string) => (knownValue(facet, value) === null ? ({ lang: '', dir: 'auto' } as const) : {});

type Props = { facets: Answer['facets']; chosen: Query['chosen']; choose: (facet: Facet, value: string) => void };

/** A browser's own choice list: it works by keys, by touch and for ears, with hundreds of values. */
export function Facets({ facets, chosen, choose }: Props) {
  const there = FACETS.filter((facet) => chosen[facet] !== undefined || (facets[facet]?.length ?? 0) > 0);
  if (!there.length) return null;
  return (
    <div className="facets" data-arrows>
      {there.map((facet) => {
        const value = chosen[facet] ?? '';
        const values = facets[facet] ?? [];
        return (
          <select key={facet} value={value} data-chosen={value !== ''} aria-label={say(`facet.${facet}`)} onChange={(event) => choose(facet, event.target.value)}>
            <option value="">{say(`facet.${facet}`)}</option>
            {value && !values.some(([name]) => name === value) && <option value={value} {...own(facet, value)}>{facetValue(facet, value)}</option>}
            {values.map(([name, times]) => (
              <option key={name} value={name} {...own(facet, name)}>
                {facetValue(facet, name)} ({times})
              </option>
            ))}
          </select>
        );
      })}
    </div>
  );
}
