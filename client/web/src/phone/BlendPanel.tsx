/** The shared blend under one thumb: its sliders, and what concerns them all. */
import { titleOf } from '../guests';
import { Held } from '../parts/Held';
import { Likeness } from '../parts/Likeness';
import { SliderRow } from '../parts/SliderRow';
import { useBlend } from '../parts/use-blend';
import type { Room, RoomView } from '../room';
import { say } from '../texts';
import { MAX_PORTIONS, type Mode, type People, type Welcome } from '../wire';
import type { Works } from '../works';

/** A slider's steps: half a percent is less than a finger's tremor. */
const STEP = 0.005;

type Props = { room: Room; view: RoomView; people: People; works: Works | null; you: string | null; welcome: Welcome | null; modes: readonly Mode[]; choose: () => void };

export function BlendPanel({ room, view, people, works, you, welcome, modes, choose }: Props) {
  const [sliders, hand] = useBlend(room, people.blend);
  const near = works?.byId.get(view.bump ?? view.near[0]?.id ?? '');
  const offered = near && sliders.length < MAX_PORTIONS && !sliders.some(({ id }) => id === near.id) ? near : null;
  return (
    <div className="blend">
      <div className="blend-scroll">
        {sliders.length === 0 && <p className="works-empty">{say('phone.blend.empty')}</p>}
        <ul>
          {sliders.map((slider) => {
            const work = works?.byId.get(slider.id);
            const picture = work ? <Likeness work={work} picture="small" /> : <span className="likeness guest" />;
            const shared = { slider, picture, you, hand, title: titleOf(works, slider.id), step: STEP, people: people.people };
            return <SliderRow key={slider.id} {...shared} alone={sliders.length === 1} told={people.blend} />;
          })}
        </ul>
        {offered && (
          <button type="button" className="blend-near" onClick={() => hand.add(offered.id)}>
            {say('phone.blend.near', { a: offered.title || say('work.untitled') })}
          </button>
        )}
        {sliders.length === 0 && (
          <button type="button" className="button" onClick={choose}>
            {say('phone.blend.choose')}
          </button>
        )}
      </div>
      <div className="blend-all">
        <button type="button" className="small" disabled={sliders.length < 2} onClick={() => hand.all('equal')}>
          {say('phone.blend.equal')}
        </button>
        <button type="button" className="small" disabled={sliders.length === 0 && !hand.acted} onClick={() => hand.all('undo')}>
          {say('phone.blend.undo')}
        </button>
        {people.mode !== 'blend' && welcome?.modes.includes('blend') && (
          <button type="button" className="small small-own" disabled={sliders.length === 0 || !modes.includes('blend')} onClick={() => room.do({ t: 'mode', mode: 'blend' })}>
            {say('phone.blend.show')}
          </button>
        )}
      </div>
      {people.mode !== 'blend' && <Held welcome={welcome} people={people} />}
    </div>
  );
}
