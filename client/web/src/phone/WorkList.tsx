/** The works to pull towards: a search, and a list that keeps only the rows in sight in the page, so that 850 are as quick as 8. */
import { useDeferredValue, useRef, useState, type UIEvent } from 'react';
import { Likeness } from '../parts/Likeness';
import { artistOf } from '../parts/WorkLabel';
import { count, say } from '../texts';
import type { Work } from '../works';
import { find } from './find';

/** Height of a row in pixels; phone.css gives `.row` the same. */
const ROW_PX = 72;
/** Rows kept above and below those in sight: Tab reaches the next one before it is scrolled to. */
const SPARE = 6;
/** Rows in sight at most: a tall tablet. */
const SIGHT = 16;

type Props = { works: readonly Work[] | null; pulled: Work | null; pull: (work: Work | null) => void };

export function WorkList({ works, pulled, pull }: Props) {
  const [typed, setTyped] = useState('');
  const [from, setFrom] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  const found = find(works ?? [], useDeferredValue(typed));
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
      <div className="works-scroll" ref={scroller} onScroll={scroll} data-arrows>
        {works === null && <p className="works-empty">{say('phone.works.waiting')}</p>}
        {works && found.length === 0 && <p className="works-empty">{say('phone.search.none')}</p>}
        <ul style={{ height: found.length * ROW_PX }}>
          {shown.map((work, i) => (
            <li key={work.id} aria-setsize={found.length} aria-posinset={from + i + 1} style={{ top: (from + i) * ROW_PX }}>
              <Row work={work} pulling={pulled?.id === work.id} toggle={() => pull(pulled?.id === work.id ? null : work)} />
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function Row({ work, pulling, toggle }: { work: Work; pulling: boolean; toggle: () => void }) {
  const title = work.title || say('work.untitled');
  const artist = artistOf(work.artist).name;
  const label = say('phone.pull', { a: artist ? `${title}, ${artist}` : title });
  return (
    <button type="button" className="row" aria-pressed={pulling} aria-label={label} onClick={toggle}>
      {/* A museum is asked for one work at a time, when the wall is there; not for every row that scrolls by. */}
      <Likeness work={work} picture={work.atHand} />
      <span className="row-words" dir="auto">
        <cite>{title}</cite>
        <span>{artist}</span>
      </span>
      <i className="row-mark" aria-hidden="true" />
    </button>
  );
}
