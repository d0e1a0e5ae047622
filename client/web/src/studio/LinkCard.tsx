/** What a link holds that somebody opened, and the button that brings it to the wall. Nothing happens before that. */
import { titleOf } from '../guests';
import type { Held } from '../links';
import { Title } from '../parts/Title';
import { choosable } from '../people';
import { count, percentOf, say } from '../texts';
import { Thumb } from './Thumb';
import type { Mode } from '../wire';
import { useStudio } from './studio';

export function LinkCard({ held, done }: { held: Held; done: () => void }) {
  const { works } = useStudio();
  const bring = useBring(held, done);
  return (
    <section className="card card-link" aria-label={say('studio.link.title')}>
      <h2 className="kicker">{say('studio.link.title')}</h2>
      {held.kind === 'place' ? (
        <p className="card-lead">{say('studio.link.place')}</p>
      ) : (
        <>
          <p className="card-lead">{count('studio.link.blend', held.portions.length)}</p>
          <ul className="portions">
            {held.portions.map(([id, weight]) => (
              <li key={id}>
                <Thumb work={works?.byId.get(id)} />
                <Title>{titleOf(works, id)}</Title>
                <span>{percentOf(weight / held.portions.reduce((sum, [, part]) => sum + part, 0))}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      <div className="doings">
        <button type="button" className="button button-strong" disabled={bring === null} onClick={bring ?? undefined}>
          {say('studio.link.bring')}
        </button>
        <button type="button" className="button" onClick={done}>
          {say('studio.link.not')}
        </button>
      </div>
    </section>
  );
}

/** A place is pulled to, with this one hand; a blend takes the place of the present one. Null while another's choice of a
 * mode keeps the wall from showing it. */
function useBring(held: Held, done: () => void): (() => void) | null {
  const { aiming, hand, room, view, map } = useStudio();
  const wanted: Mode = held.kind === 'place' ? 'together' : 'blend';
  const blending = view.people?.chosen === 'blend';
  const change = blending !== (wanted === 'blend');
  const welcome = view.link.kind === 'live' ? view.link.welcome : null;
  if (!welcome || (change && !choosable(welcome, view.people).includes(wanted))) return null;
  return () => {
    if (held.kind === 'place') {
      aiming.take({ ...held, stay: true }); // let go, the point would settle on the nearest work
      map?.lookAt(held);
    } else hand.bring(held.portions);
    if (change) room.do({ t: 'mode', mode: wanted });
    done();
  };
}
