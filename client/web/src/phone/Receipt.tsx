/** What one takes along: to which works one brought it, for how long one steered, and how much of the way was one's own. */
import { useEffect, useState, type CSSProperties } from 'react';
import { Title } from '../parts/Title';
import { inkOn } from '../parts/colour';
import { Likeness } from '../parts/Likeness';
import { count, say } from '../texts';
import { worksOf, type Work } from '../works';
import { recallJourney, type Farewell } from './joined';
import { partOf, type Journey } from './journey';

/** Likenesses that fit without scrolling; titles beyond them would not be read. */
const MOST = 12;

export function Receipt({ room, farewell, back }: { room: string; farewell: Farewell; back: () => void }) {
  const [journey] = useState(() => recallJourney(room));
  const [works, setWorks] = useState<readonly Work[]>([]);
  useEffect(() => {
    let gone = false;
    worksOf(room, farewell.collection).then(
      ({ byId }) => {
        if (!gone) setWorks(journey.works.map((id) => byId.get(id)).filter((work) => work !== undefined));
      },
      () => {}, // the sums stand without them
    );
    return () => {
      gone = true;
    };
  }, [room, farewell, journey]);
  const part = partOf(journey);
  return (
    <main className="receipt" style={{ '--own': farewell.colour, '--on-own': inkOn(farewell.colour) } as CSSProperties}>
      <div className="receipt-words">
        <i className="disc" aria-hidden="true" />
        <h1 className="wordmark">{say('phone.receipt')}</h1>
        {journey.works.length > 0 ? <p>{say('phone.receipt.brought')}</p> : <p>{journey.ownWay > 0 ? say('phone.receipt.none') : say('phone.receipt.still')}</p>}
      </div>
      <ul>
        {works.slice(0, MOST).map((work) => (
          <li key={work.id}>
            <Likeness work={work} picture="small" />
            <Title>{work.title || say('work.untitled')}</Title>
          </li>
        ))}
        {works.length > MOST && <li className="receipt-more">{count('more', works.length - MOST)}</li>}
      </ul>
      <div className="receipt-words">
        <p>{timeOf(journey)}</p>
        {part !== null && part > 0 && <p>{say('phone.receipt.part', { n: String(part) })}</p>}
      </div>
      <button type="button" className="button button-own" onClick={back}>
        {say('phone.back')}
      </button>
    </main>
  );
}

function timeOf({ steeredS }: Journey): string | null {
  if (steeredS < 0.5) return null;
  return steeredS < 59.5 ? count('phone.receipt.seconds', Math.round(steeredS)) : count('phone.receipt.minutes', Math.round(steeredS / 60));
}
