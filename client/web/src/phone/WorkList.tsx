/** The works to pull towards, to mix or to vote for: a search, and a list that keeps only the rows in sight in the page. */
import { useRef, useState, type UIEvent } from 'react';
import { count, say } from '../texts';
import type { Work, Works } from '../works';
import { useWorksFor } from './use-works-for';
import { WorkRow, type Doings } from './WorkRow';

/** Height of a row in pixels; works.css gives `.row` the same. */
const ROW_PX = 72;
/** Rows kept above and below those in sight: Tab reaches the next one before it is scrolled to. */
const SPARE = 6;
/** Rows in sight at most: a tall tablet. */
const SIGHT = 16;

type Props = { room: string; works: Works | null; doings: Doings };

export function WorkList({ room, works, doings }: Props) {
  const [typed, setTyped] = useState('');
  const [from, setFrom] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  const { works: found, suggestions, explained } = useWorksFor(room, works, typed);
  const shown = found.slice(from, from + SIGHT + 2 * SPARE);
  const scroll = (event: UIEvent<HTMLElement>) =>
    setFrom(Math.max(0, Math.floor(event.currentTarget.scrollTop / ROW_PX) - SPARE));
  const type = (text: string) => {
    setTyped(text);
    setFrom(0);
    if (scroller.current) scroller.current.scrollTop = 0;
  };
  return (
    <div className="works">
      <input
        type="search"
        value={typed}
        placeholder={say('phone.search')}
        aria-label={say('phone.search')}
        autoComplete="off"
        enterKeyHint="search"
        onChange={(event) => type(event.target.value)}
      />
      <p className="hidden" role="status">
        {typed && count('phone.search', found.length)}
      </p>
      <div className="suggestions" role="group" aria-label={say('phone.search.words')} hidden={suggestions.length === 0}>
        {suggestions.map(({ text }) => (
          <button key={text} type="button" lang="" dir="auto" onClick={() => type(text)}>
            {text}
          </button>
        ))}
      </div>
      <div className="works-scroll" ref={scroller} onScroll={scroll} data-arrows>
        {works && !typed && !doings.voting && <p className="works-hint">{say('phone.works.hint')}</p>}
        {works === null && <p className="works-empty">{say('phone.works.waiting')}</p>}
        {works && found.length === 0 && <p className="works-empty">{explained ?? say('phone.search.none')}</p>}
        <ul style={{ height: found.length * ROW_PX }}>
          {shown.map((work: Work, i) => (
            <li key={work.id} aria-setsize={found.length} aria-posinset={from + i + 1} style={{ top: (from + i) * ROW_PX }}>
              <WorkRow work={work} doings={doings} />
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
