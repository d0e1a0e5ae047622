/** Works that were found, as a grid that keeps only the rows in sight in the page. */
import { useEffect, useRef, useState } from 'react';
import { Title } from '../parts/Title';
import { artistOf } from '../parts/WorkLabel';
import { Thumb } from './Thumb';
import { say } from '../texts';
import { MAX_PORTIONS } from '../wire';
import { dragged } from './dragging';
import { useStudio } from './studio';

/** Height of a row and least width of a cell, in pixels; studio.css gives `.result` the same height. */
const ROW_PX = 208;
const CELL_PX = 118;
/** Rows kept above and below those in sight: Tab reaches the next one before it is scrolled to. */
const SPARE = 2;
/** So near to the end the next page is asked for. */
const MORE_PX = 3 * ROW_PX;

export function Results({ ids, busy, more }: { ids: readonly string[]; busy: boolean; more: () => void }) {
  const scroller = useRef<HTMLDivElement>(null);
  const [{ columns, from, rows }, setSight] = useState({ columns: 3, from: 0, rows: 4 });
  const look = () => {
    const element = scroller.current;
    if (!element) return;
    const { scrollTop, clientWidth, clientHeight, scrollHeight } = element;
    const next = {
      columns: Math.max(2, Math.floor(clientWidth / CELL_PX)),
      from: Math.max(0, Math.floor(scrollTop / ROW_PX) - SPARE),
      rows: Math.max(4, Math.ceil(clientHeight / ROW_PX)) + 2 * SPARE,
    };
    setSight((last) => (next.columns === last.columns && next.from === last.from && next.rows === last.rows ? last : next));
    if (scrollTop + clientHeight > scrollHeight - MORE_PX && scrollTop > 0) more();
  };
  useEffect(() => {
    const size = new ResizeObserver(look);
    if (scroller.current) size.observe(scroller.current);
    return () => size.disconnect();
  }, []);
  useEffect(() => {
    scroller.current?.scrollTo?.(0, 0);
  }, [ids[0]]);
  const shown = ids.slice(from * columns, (from + rows) * columns);
  return (
    <div className="results" ref={scroller} onScroll={look} aria-busy={busy}>
      <ul style={{ height: Math.ceil(ids.length / columns) * ROW_PX }}>
        {shown.map((id, i) => {
          const index = from * columns + i;
          const place = { top: Math.floor(index / columns) * ROW_PX, insetInlineStart: `${(100 / columns) * (index % columns)}%`, width: `${100 / columns}%` };
          return (
            <li key={id} className="result" style={place} aria-setsize={ids.length} aria-posinset={index + 1}>
              <Result id={id} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Result({ id }: { id: string }) {
  const { works, open, map, hand, sliders } = useStudio();
  const work = works?.byId.get(id);
  const title = work?.title || say('work.untitled');
  const show = () => {
    if (!work) return;
    map?.lookAt(work);
    open(work);
  };
  return (
    <>
      <button type="button" className="result-open" {...dragged(id)} disabled={!work} onClick={show}>
        <Thumb work={work} />
        <Title>{title}</Title>
        <span dir="auto">{artistOf(work?.artist ?? '').name}</span>
      </button>
      <button
        type="button"
        className="result-add"
        disabled={sliders.length >= MAX_PORTIONS || sliders.some((slider) => slider.id === id)}
        aria-label={say('studio.blend.add.this', { a: title })}
        onClick={() => hand.add(id)}
      >
        +
      </button>
    </>
  );
}
