/** One work of the blend: its slider, its weight as a number, plus and minus, a lock, and whose hand is on it. */
import { useState, type CSSProperties } from 'react';
import { exactPercent, NUDGE, percent, weightIn } from '../blend';
import { colourName } from '../colours';
import { titleOf } from '../guests';
import { Title } from '../parts/Title';
import { Thumb } from './Thumb';
import { say } from '../texts';
import type { Slider } from '../wire';
import { useStudio } from './studio';

/** A slider's step: a tenth of a percent. The number field knows any. */
const STEP = 0.001;

/** `alone`: the only work, whose part is all. */
export function SliderRow({ slider, alone }: { slider: Slider; alone: boolean }) {
  const { works, view, me, sliders, hand, open } = useStudio();
  const { id, weight, locked } = slider;
  const work = works?.byId.get(id);
  const title = titleOf(works, id);
  const holder = view.people?.people.find((person) => person.id === slider.hand);
  const fixed = locked || alone;
  const put = (wanted: number) => {
    hand.weigh(id, wanted);
    hand.letGo(id);
  };
  return (
    <li className="slider" data-held={holder !== undefined} style={{ '--hand': holder?.colour ?? 'var(--ink-soft)' } as CSSProperties}>
      <button type="button" className="plain" disabled={!work} aria-label={say('studio.card', { a: title })} onClick={() => work && open(work)}>
        <Thumb work={work} />
      </button>
      <p className="slider-title">
        <Title>{title}</Title>
        {holder && <span className="slider-hand">{holder.id === me?.id ? say('studio.hand.you') : say('studio.hand', { a: say(colourName(holder.colour)) })}</span>}
      </p>
      <input
        type="range"
        min={0}
        max={1}
        step={STEP}
        value={weight}
        disabled={fixed}
        aria-label={title}
        aria-valuetext={say('percent', { n: percent(weight) })}
        style={{ '--part': `${weight * 100}%` } as CSSProperties}
        onChange={(event) => hand.weigh(id, Number(event.target.value))}
        onPointerUp={() => hand.letGo(id)}
        onKeyUp={() => hand.letGo(id)}
        onBlur={() => hand.letGo(id)}
      />
      <div className="slider-exact">
        <button type="button" className="tool" disabled={fixed} aria-label={say('studio.less', { a: title })} onClick={() => hand.nudge(id, -NUDGE, sliders)}>
          −
        </button>
        <Exact key={String(fixed)} weight={weight} disabled={fixed} title={title} set={put} />
        <button type="button" className="tool" disabled={fixed} aria-label={say('studio.more', { a: title })} onClick={() => hand.nudge(id, NUDGE, sliders)}>
          +
        </button>
        <button type="button" className="tool tool-wide" aria-pressed={locked} aria-label={say('studio.lock.this', { a: title })} onClick={() => hand.lock(id, !locked)}>
          {say('studio.lock')}
        </button>
        <button type="button" className="tool" aria-label={say('studio.remove', { a: title })} onClick={() => hand.remove(id)}>
          ×
        </button>
      </div>
    </li>
  );
}

type ExactProps = { weight: number; disabled: boolean; title: string; set: (weight: number) => void };

/** The weight as a number in percent, every digit of it once somebody goes in; taken with Enter or on leaving. */
function Exact({ weight, disabled, title, set }: ExactProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const wrong = typed !== null && weightIn(typed) === null;
  const take = () => {
    const wanted = typed === null ? null : weightIn(typed);
    if (wanted !== null && typed !== exactPercent(weight)) set(wanted);
    setTyped(null);
  };
  return (
    <label className="exact">
      <input
        type="text"
        inputMode="decimal"
        value={typed ?? percent(weight)}
        disabled={disabled}
        aria-label={say('studio.exact', { a: title })}
        aria-invalid={wrong}
        onFocus={(event) => {
          setTyped(exactPercent(weight));
          event.target.select();
        }}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.currentTarget.blur();
          if (event.key === 'Escape') setTyped(exactPercent(weight));
        }}
      />
      <span aria-hidden="true">%</span>
    </label>
  );
}
