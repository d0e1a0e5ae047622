/** What the wall has bumped into: its label beside the picture, and whose pushes led there; else the line of words alone. */
import { Discs } from '../parts/Discs';
import { useLast } from '../parts/use-last';
import { useSlowly } from '../parts/use-slowly';
import { placeOf, placeText, placeWords } from '../parts/words';
import { WorkLabel } from '../parts/WorkLabel';
import { coloursOf } from '../people';
import { say } from '../texts';
import type { Work } from '../works';
import { useStudio } from './studio';

/** A voice that reads on needs longer for a place than eyes do. */
const SPOKEN_MS = 5_000;
/** More colours than this are not told apart. */
const MOST_FINDERS = 12;

/** Where the wall is, in a sentence; for ears slowed down. */
export function Place() {
  const { view, works } = useStudio();
  const place = placeOf(view, works);
  const spoken = useSlowly(placeText(place), SPOKEN_MS);
  return (
    <>
      <p className="place" aria-hidden="true">
        {placeWords(place)}
      </p>
      <p className="hidden" aria-live="polite">
        {spoken}
      </p>
    </>
  );
}

export function Bumped({ work }: { work: Work | null }) {
  const { view, me, open } = useStudio();
  const last = useLast(work);
  const finders = view.people?.finders ?? [];
  const colours = coloursOf(view.people?.people ?? [], finders);
  const mine = me !== null && finders.includes(me.id);
  return (
    <div className="bumped" data-shown={work !== null} inert={work === null}>
      {last && (
        <>
          <WorkLabel work={last} />
          <p className="bumped-finders">
            <span className="kicker">{mine ? say('found.you') : colours.length ? say('found.by') : say('found.self')}</span>
            <Discs colours={colours} most={MOST_FINDERS} />
            <button type="button" className="chip" onClick={() => open(last)}>
              {say('studio.bumped.open')}
            </button>
          </p>
        </>
      )}
    </div>
  );
}
