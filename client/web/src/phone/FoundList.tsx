/** The passport: works found with this person's help, rarest first. Beneath it, small: the language, and the way out. */
import { useEffect, useState } from 'react';
import { Languages } from '../parts/Languages';
import { Likeness } from '../parts/Likeness';
import { Title } from '../parts/Title';
import { artistOf } from '../parts/WorkLabel';
import { Asking, type Found } from '../search';
import { count, say } from '../texts';
import type { Work, Works } from '../works';
import { passportOf, rarestFirst } from './passport';

const NOTHING: readonly Found[] = [];

/** `bump`: a new one may have put a work into the passport. */
export function FoundList({ room, works, bump, leave }: { room: string; works: Works | null; bump: string | null; leave: () => void }) {
  const [found, setFound] = useState(NOTHING);
  useEffect(() => {
    const over = new AbortController();
    new Asking(room).found(over.signal).then(setFound, () => {}); // without an answer the newest come first
    return () => over.abort();
  }, [room, bump]);
  const rows = rarestFirst(passportOf(room), found)
    .map(({ id, times }) => ({ work: works?.byId.get(id), times }))
    .filter((row): row is { work: Work; times: number | null } => row.work !== undefined);
  return (
    <div className="passport">
      <div className="passport-scroll">
        {rows.length > 0 ? <h2 className="kicker">{say('phone.found.title')}</h2> : <p className="works-empty">{say('phone.found.none')}</p>}
        <ul>
          {rows.map(({ work, times }) => (
            <li key={work.id}>
              <Likeness work={work} picture="small" />
              <span className="row-words" lang="" dir="auto">
                <Title>{work.title || say('work.untitled')}</Title>
                <span>{artistOf(work.artist).name}</span>
              </span>
              {times !== null && <small>{count('phone.found.times', times)}</small>}
            </li>
          ))}
        </ul>
      </div>
      <footer>
        <Languages />
        <button type="button" className="small" onClick={leave}>
          {say('phone.leave')}
        </button>
      </footer>
    </div>
  );
}
