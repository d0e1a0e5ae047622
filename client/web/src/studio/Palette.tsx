/** The shared blend: up to eight works with exact weights, under everybody's hands. */
import { portionsOf } from '../blend';
import { isGuest, titleOf } from '../guests';
import { SliderRow } from '../parts/SliderRow';
import { choosable } from '../people';
import { count, percentOf, say } from '../texts';
import { MAX_PORTIONS, type Person } from '../wire';
import { CopyLink } from './CopyLink';
import { dropping } from './dragging';
import { useStudio } from './studio';
import { Thumb } from './Thumb';

/** A slider's step: a tenth of a percent is less than a mouse's. */
const STEP = 0.001;
const NOBODY: readonly Person[] = [];

export function Palette() {
  const { room, view, works, me, sliders, hand, open, alike } = useStudio();
  const people = view.people?.people ?? NOBODY;
  const mode = view.people?.mode;
  const welcome = view.link.kind === 'live' ? view.link.welcome : null;
  const mayShow = welcome?.modes.includes('blend');
  const bumped = view.bump !== null && !sliders.some(({ id }) => id === view.bump) ? works?.byId.get(view.bump) : undefined;
  const full = sliders.length >= MAX_PORTIONS;
  return (
    <div className="palette" {...dropping((id) => hand.add(id))}>
      {sliders.length === 0 && <p className="hint">{say('studio.blend.empty')}</p>}
      <ul className="sliders">
        {sliders.map((slider) => {
          const work = works?.byId.get(slider.id);
          const title = titleOf(works, slider.id);
          // A guest has no card: its frame leads to what looks like it.
          const picture = isGuest(slider.id) ? (
            <button type="button" className="plain" title={say('studio.alike')} aria-label={say('studio.alike.this', { a: title })} onClick={() => alike(slider.id)}>
              <Thumb work={work} />
            </button>
          ) : (
            <button type="button" className="plain" disabled={!work} aria-label={say('studio.card', { a: title })} onClick={() => work && open(work)}>
              <Thumb work={work} />
            </button>
          );
          const shared = { slider, title, picture, people, hand, step: STEP, told: sliders, you: me?.id ?? null };
          return <SliderRow key={slider.id} {...shared} alone={sliders.length === 1} />;
        })}
      </ul>
      {sliders.length > 0 && (
        <p className="sum">
          <span>{count('studio.blend.works', sliders.length)}</span>
          <span>{percentOf(1)}</span>
        </p>
      )}
      {bumped && (
        <button type="button" className="chip" disabled={full} onClick={() => hand.add(bumped.id)}>
          {say('studio.blend.bumped', { a: bumped.title || say('work.untitled') })}
        </button>
      )}
      {full && <p className="hint">{say('studio.blend.full')}</p>}
      <div className="doings">
        {mayShow && sliders.length > 0 && mode !== 'blend' && (
          <button type="button" className="button button-strong" disabled={!choosable(welcome, view.people).includes('blend')} onClick={() => room.do({ t: 'mode', mode: 'blend' })}>
            {say('studio.blend.show')}
          </button>
        )}
        {sliders.length > 1 && (
          <button type="button" className="chip" onClick={() => hand.all('equal')}>
            {say('studio.blend.equal')}
          </button>
        )}
        {/* Also without a work: what was cleared a moment ago comes back. */}
        {(sliders.length > 0 || hand.acted) && (
          <button type="button" className="chip" onClick={() => hand.all('undo')}>
            {say('studio.blend.undo')}
          </button>
        )}
        {sliders.length > 0 && (
          <>
            <button type="button" className="chip" onClick={() => hand.all('clear')}>
              {say('studio.blend.clear')}
            </button>
            <CopyLink held={() => ({ kind: 'blend', portions: portionsOf(sliders) })} words={say('studio.blend.link')} />
          </>
        )}
      </div>
    </div>
  );
}
