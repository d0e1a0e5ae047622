/** What the link that opened this page holds, and a button that brings it to the wall: a crowd is never hijacked by a link. */
import type { ReactNode } from 'react';
import type { Held } from '../links';
import { Likeness } from '../parts/Likeness';
import { placeOf, placeWords } from '../parts/words';
import { percentOf, say } from '../texts';
import type { Spot } from '../wire';
import type { Works } from '../works';

/** Works by which a place is told. */
const NEAREST = 2;

type Props = { held: Held; works: Works | null; possible: boolean; bring: () => void; dismiss: () => void; children: ReactNode };

/** `possible`: it may be brought now; `children` say why not. */
export function LinkCard({ held, works, possible, bring, dismiss, children }: Props) {
  const whole = held.kind === 'blend' ? held.portions.reduce((sum, [, weight]) => sum + weight, 0) : 1;
  return (
    <section className="link" aria-label={say(held.kind === 'blend' ? 'phone.link.blend' : 'phone.link.place')}>
      <h2 className="kicker">{say(held.kind === 'blend' ? 'phone.link.blend' : 'phone.link.place')}</h2>
      {held.kind === 'place' && <p className="link-place">{placeWords(placeOf({ near: nearestTo(held, works), bump: null }, works))}</p>}
      {held.kind === 'blend' && (
        <ul>
          {held.portions.map(([id, weight]) => {
            const work = works?.byId.get(id);
            return (
              <li key={id}>
                {work ? <Likeness work={work} picture="small" /> : <span className="likeness guest" />}
                <span className="hidden">{work?.title ?? id}</span>
                <small>{percentOf(weight / whole)}</small>
              </li>
            );
          })}
        </ul>
      )}
      <p className="link-deeds">
        <button type="button" className="small small-own" disabled={!possible} onClick={bring}>
          {say('phone.link.bring')}
        </button>
        <button type="button" className="small" onClick={dismiss}>
          {say('phone.link.not')}
        </button>
      </p>
      {!possible && children}
    </section>
  );
}

function nearestTo(spot: Spot, works: Works | null): { id: string; closeness: number }[] {
  const far = ({ x, y }: Spot) => Math.hypot(x - spot.x, y - spot.y);
  const nearest = [...(works?.all ?? [])].sort((a, b) => far(a) - far(b)).slice(0, NEAREST);
  return nearest.map(({ id }) => ({ id, closeness: 1 }));
}
