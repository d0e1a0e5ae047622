/** One work of the blend: its part as a slider, as nudges and as an exact number; a lock; and whose hand is on it. */
import { useState, type CSSProperties } from 'react';
import { exactPercent, NUDGE, percent, weightIn, type Hand } from '../blend';
import { Likeness } from '../parts/Likeness';
import { Title } from '../parts/Title';
import { colourOf } from '../people';
import { say } from '../texts';
import type { Person, Slider } from '../wire';
import type { Work } from '../works';

/** A slider's steps: half a percent is less than a finger's tremor. */
const STEP = 0.005;

type Props = { slider: Slider; work: Work | undefined; people: readonly Person[]; you: string | null; hand: Hand; told: readonly Slider[] };

export function SliderRow({ slider, work, people, you, hand, told }: Props) {
  const { id, weight, locked } = slider;
  const a = work ? work.title || say('work.untitled') : say('work.guest');
  const other = slider.hand !== you ? colourOf(people, slider.hand) : null;
  const style = { '--weight': weight, ...(other && { '--hand': other }) } as CSSProperties;
  return (
    <li className="slider" data-held={other !== null} style={style}>
      <div className="slider-head">
        {work ? <Likeness work={work} picture="small" /> : <span className="likeness guest" />}
        <Title>{a}</Title>
        {other && <span className="hidden">{say('phone.part.held', { a })}</span>}
        <Exact label={say('phone.part.exact', { a })} weight={weight} set={(exact) => { hand.weigh(id, exact); hand.letGo(id); }} />
        <button type="button" className="sign" aria-pressed={locked} aria-label={say('phone.part.lock', { a })} onClick={() => hand.lock(id, !locked)}>
          <Sign d={locked ? 'M5 9H15V17H5Z M7 9V6.5A3 3 0 0 1 13 6.5V9' : 'M5 9H15V17H5Z M7 9V6A3 3 0 0 1 12.8 5'} />
        </button>
        <button type="button" className="sign" aria-label={say('phone.take', { a })} onClick={() => hand.remove(id)}>
          <Sign d="M5 5L15 15M15 5L5 15" />
        </button>
      </div>
      <div className="slider-body">
        <button type="button" className="sign" aria-label={say('phone.part.less', { a })} onClick={() => hand.nudge(id, -NUDGE, told)}>
          <Sign d="M4 10H16" />
        </button>
        <input
          type="range"
          min="0"
          max="1"
          step={STEP}
          value={weight}
          aria-label={say('phone.part', { a })}
          aria-valuetext={say('percent', { n: percent(weight) })}
          onChange={(event) => hand.weigh(id, Number(event.target.value))}
          onPointerUp={() => hand.letGo(id)}
          onKeyUp={() => hand.letGo(id)}
        />
        <button type="button" className="sign" aria-label={say('phone.part.more', { a })} onClick={() => hand.nudge(id, NUDGE, told)}>
          <Sign d="M10 4V16M4 10H16" />
        </button>
      </div>
    </li>
  );
}

/** The number; a tap makes it a field to type an exact one, Enter or leaving it sets it, Escape does not. */
function Exact({ label, weight, set }: { label: string; weight: number; set: (weight: number) => void }) {
  const [typed, setTyped] = useState<string | null>(null);
  if (typed === null) {
    return (
      <button type="button" className="exact" aria-label={label} onClick={() => setTyped(exactPercent(weight))}>
        {say('percent', { n: percent(weight) })}
      </button>
    );
  }
  const done = () => {
    const exact = typed === exactPercent(weight) ? null : weightIn(typed);
    if (exact !== null) set(exact);
    setTyped(null);
  };
  return (
    <input
      className="exact"
      inputMode="decimal"
      autoFocus
      aria-label={label}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onFocus={(event) => event.target.select()}
      onBlur={done}
      onKeyDown={(event) => {
        if (event.key === 'Enter') done();
        if (event.key === 'Escape') setTyped(null);
      }}
    />
  );
}

function Sign({ d }: { d: string }) {
  return (
    <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      <path d={d} fill="none" stroke="currentColor" strokeWidth="1.5" />
    </svg>
  );
}
