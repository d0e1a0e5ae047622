/** Search: by words with facets, or by look; what is found stands below, and is ringed on the map. */
import { useEffect, useMemo, useState } from 'react';
import { portionsOf } from '../blend';
import { titleOf } from '../guests';
import { useAsking } from '../parts/use-asking';
import { useSearch } from '../parts/use-search';
import type { Alike, Facet, Query } from '../search';
import { count, say } from '../texts';
import { Facets } from './Facets';
import { OwnPicture } from './OwnPicture';
import { Results } from './Results';
import { useStudio } from './studio';
import { WordsInput } from './WordsInput';

/** A search by look that is asked for from elsewhere, by a work or a guest. A new object each time. */
export type Sought = { id: string };

type Look = { what: string; works: readonly Alike[] };

export function Search({ sought }: { sought: Sought | null }) {
  const { asking, map, sliders, works } = useStudio();
  const [words, setWords] = useState('');
  const [chosen, setChosen] = useState<Query['chosen']>({});
  const query = useMemo(() => ({ words, chosen }), [words, chosen]);
  const { answer, busy, refused, more } = useSearch(asking, query);
  const look = useAsking<Look>();
  const { ask, forget } = look;

  useEffect(() => {
    if (!sought) return;
    ask(async (signal) => ({ what: titleOf(works, sought.id), works: await asking.alike(sought.id, signal) }));
  }, [asking, ask, sought, works]);

  const found = look.answer?.works.map(({ id }) => id) ?? answer?.works ?? [];
  const asked = look.answer !== null || words !== '' || Object.keys(chosen).length > 0;
  useEffect(() => map?.marked(asked ? found : []), [map, asked, look.answer, answer]);
  useEffect(() => () => map?.marked([]), [map]);

  const type = (text: string) => {
    forget();
    setWords(text);
  };
  const choose = (facet: Facet, value: string) => {
    forget();
    const { [facet]: _, ...others } = chosen;
    setChosen(value ? { ...others, [facet]: value } : others);
  };
  const likeFrame = () => ask(async (signal) => ({ what: say('studio.look.frame.what'), works: await asking.alike('frame', signal) }));
  const likeBlend = () =>
    ask(async (signal) => ({ what: say('studio.look.blend.what'), works: await asking.alike(portionsOf(sliders), signal) }));
  const why = look.refused ?? refused;
  return (
    <div className="search">
      <WordsInput value={words} asking={asking} type={type} />
      <Facets facets={answer?.facets ?? {}} chosen={chosen} choose={choose} />
      <div className="looks">
        <p className="kicker">{say('studio.look')}</p>
        <div className="doings">
          <button type="button" className="chip" onClick={likeFrame}>
            {say('studio.look.frame')}
          </button>
          {sliders.length > 0 && (
            <button type="button" className="chip" onClick={likeBlend}>
              {say('studio.look.blend')}
            </button>
          )}
          <OwnPicture found={(works) => ask(async () => ({ what: say('studio.look.own.what'), works }))} />
        </div>
      </div>
      <div className="search-told" role="status">
        {why && <p className="refused">{why}</p>}
        {!why && look.answer && <p>{say('studio.look.told', { a: look.answer.what })}</p>}
        {!why && !look.answer && answer && (
          <p>
            {answer.total > 0 && count('studio.search', answer.total)} {answer.explained}
          </p>
        )}
        {look.answer && (
          <button type="button" className="chip" onClick={forget}>
            {say('studio.look.end')}
          </button>
        )}
      </div>
      <Results ids={found} busy={busy || look.busy} more={look.answer ? () => {} : more} />
    </div>
  );
}
