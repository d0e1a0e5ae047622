/** The shared blend under one thumb: its sliders, and what concerns them all. */
import { Held } from '../parts/Held';
import { useBlend } from '../parts/use-blend';
import type { Room, RoomView } from '../room';
import { say } from '../texts';
import { MAX_PORTIONS, type Mode, type People, type Welcome } from '../wire';
import type { Works } from '../works';
import { SliderRow } from './SliderRow';

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
          {sliders.map((slider) => (
            <SliderRow key={slider.id} slider={slider} work={works?.byId.get(slider.id)} people={people.people} you={you} hand={hand} told={people.blend} />
          ))}
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
        <button type="button" className="small" onClick={() => hand.all('undo')}>
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
