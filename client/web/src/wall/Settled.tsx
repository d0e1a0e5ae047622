/** The work that the wall has bumped into: the piece in its own proportions, its label, and whose pushes led here. */
import type { CSSProperties } from 'react';
import { Likeness, ratioOf } from '../parts/Likeness';
import { WorkLabel } from '../parts/WorkLabel';
import type { People } from '../wire';
import type { Work } from '../works';
import { Finders } from './Finders';

/** A title of more characters than this is set smaller: at full size it would leave no room for the piece. */
const LONG_TITLE = 36;

export function Settled({ work, people, shown }: { work: Work; people: People | null; shown: boolean }) {
  return (
    <figure
      className="settled"
      data-shown={shown}
      data-long={work.title.length > LONG_TITLE}
      aria-hidden={!shown}
      style={{ '--ratio': ratioOf(work) } as CSSProperties}
    >
      <Likeness work={work} picture />
      <figcaption>
        <WorkLabel work={work} />
        <Finders people={shown ? people : null} />
      </figcaption>
    </figure>
  );
}
