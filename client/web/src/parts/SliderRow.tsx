/** One work of the blend under a hand: its part as a slider, as nudges and as an exact number; a lock; and whose hand is on it. */
import type { CSSProperties, ReactNode } from 'react';
import { NUDGE, type Hand } from '../blend';
import { colourName } from '../colours';
import { percentOf, say } from '../texts';
import type { Person, Slider } from '../wire';
import { ExactPart } from './ExactPart';
import { Title } from './Title';

type Props = {
  slider: Slider;
  title: string;
  /** What stands for the work, 44 px wide. */
  picture: ReactNode;
  /** Of the slider, as a part of 1; the number knows any. */
  step: number;
  /** The only work, whose part is all. */
  alone: boolean;
  people: readonly Person[];
  you: string | null;
  hand: Hand;
  told: readonly Slider[];
};

export function SliderRow({ slider, title: a, picture, step, alone, people, you, hand, told }: Props) {
  const { id, weight, locked } = slider;
  const holder = people.find((person) => person.id === slider.hand && person.id !== you);
  const fixed = locked || alone;
  const put = (wanted: number) => {
    hand.weigh(id, wanted);
    hand.letGo(id);
  };
  return (
    <li className="slider" data-held={holder !== undefined} style={{ '--weight': weight, ...(holder && { '--hand': holder.colour }) } as CSSProperties}>
      <div className="slider-head">
        {picture}
        <p className="slider-title">
          <Title>{a}</Title>
          {holder && <small>{say('slider.hand', { a: say(colourName(holder.colour)) })}</small>}
        </p>
        <ExactPart key={String(fixed)} label={say('slider.exact', { a })} weight={weight} disabled={fixed} set={put} />
        <button type="button" className="sign" aria-pressed={locked} aria-label={say('slider.lock', { a })} onClick={() => hand.lock(id, !locked)}>
          <Sign d={locked ? 'M5 9H15V17H5Z M7 9V6.5A3 3 0 0 1 13 6.5V9' : 'M5 9H15V17H5Z M7 9V6A3 3 0 0 1 12.8 5'} />
        </button>
        <button type="button" className="sign" aria-label={say('slider.take', { a })} onClick={() => hand.remove(id)}>
          <Sign d="M5 5L15 15M15 5L5 15" />
        </button>
      </div>
      <div className="slider-body">
        <button type="button" className="sign" disabled={fixed} aria-label={say('slider.less', { a })} onClick={() => hand.nudge(id, -NUDGE, told)}>
          <Sign d="M4 10H16" />
        </button>
        <input
          type="range"
          min={0}
          max={1}
          step={step}
          value={weight}
          disabled={fixed}
          aria-label={say('slider.part', { a })}
          aria-valuetext={percentOf(weight)}
          onChange={(event) => hand.weigh(id, Number(event.target.value))}
          onPointerUp={() => hand.letGo(id)}
          onKeyUp={() => hand.letGo(id)}
          onBlur={() => hand.letGo(id)}
        />
        <button type="button" className="sign" disabled={fixed} aria-label={say('slider.more', { a })} onClick={() => hand.nudge(id, NUDGE, told)}>
          <Sign d="M10 4V16M4 10H16" />
        </button>
      </div>
    </li>
  );
}

function Sign({ d }: { d: string }) {
  return (
    <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      <path d={d} fill="none" stroke="currentColor" strokeWidth="1.5" />
    </svg>
  );
}
