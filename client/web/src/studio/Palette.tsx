/** The shared blend: up to eight works with exact weights, under everybody's hands. */
import { portionsOf } from '../blend';
import { choosable } from '../people';
import { count, say } from '../texts';
import { MAX_PORTIONS } from '../wire';
import { CopyLink } from './CopyLink';
import { dropping } from './dragging';
import { SliderRow } from './SliderRow';
import { useStudio } from './studio';

export function Palette() {
  const { room, view, works, sliders, hand } = useStudio();
  const mode = view.people?.mode;
  const welcome = view.link.kind === 'live' ? view.link.welcome : null;
  const mayShow = welcome?.modes.includes('blend');
  const bumped = view.bump !== null && !sliders.some(({ id }) => id === view.bump) ? works?.byId.get(view.bump) : undefined;
  const full = sliders.length >= MAX_PORTIONS;
  return (
    <div className="palette" {...dropping((id) => hand.add(id))}>
      {sliders.length === 0 && <p className="hint">{say('studio.blend.empty')}</p>}
      <ul className="sliders">
        {sliders.map((slider) => (
          <SliderRow key={slider.id} slider={slider} alone={sliders.length === 1} />
        ))}
      </ul>
      {sliders.length > 0 && (
        <p className="sum">
          <span>{count('studio.blend.works', sliders.length)}</span>
          <span>{say('percent', { n: '100' })}</span>
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
        <button type="button" className="chip" onClick={() => hand.all('undo')}>
          {say('studio.blend.undo')}
        </button>
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
