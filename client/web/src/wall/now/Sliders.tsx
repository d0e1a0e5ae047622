/** The shared blend: its works, each with its weight as a quiet bar, and the colour of the hand that moves it. */
import type { CSSProperties } from 'react';
import { titleOf } from '../../guests';
import { Likeness } from '../../parts/Likeness';
import { Title } from '../../parts/Title';
import { colourOf } from '../../people';
import { percentOf, say } from '../../texts';
import type { Person, Slider } from '../../wire';
import type { Works } from '../../works';

export function Sliders({ blend, people, works }: { blend: readonly Slider[]; people: readonly Person[]; works: Works | null }) {
  if (blend.length === 0) return <p className="now-left">{say('now.blend.empty')}</p>;
  return (
    <ol className="hung hung-blend" style={{ '--works': blend.length } as CSSProperties}>
      {blend.map(({ id, weight, hand }) => {
        const work = works?.byId.get(id);
        const colour = colourOf(people, hand);
        return (
          <li key={id} data-held={colour !== null} style={{ '--weight': weight, ...(colour && { '--hand': colour }) } as CSSProperties}>
            {work ? <Likeness work={work} picture="small" /> : <span className="likeness guest" />}
            <i className="bar" />
            <Title>{titleOf(works, id)}</Title>
            <span className="bar-weight">{percentOf(Math.round(100 * weight) / 100)}</span>
          </li>
        );
      })}
    </ol>
  );
}
