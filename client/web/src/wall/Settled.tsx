/** The work that the wall has bumped into: the piece in its own proportions, its label, and whose pushes led here. */
import { Likeness } from '../parts/Likeness';
import { WorkLabel } from '../parts/WorkLabel';
import { say } from '../texts';
import type { People } from '../wire';
import type { Work } from '../works';

/** More colours than this would not be told apart from across a room. */
const MOST_FINDERS = 12;
/** A title of more characters than this is set smaller: at full size it would leave no room for the piece. */
const LONG_TITLE = 60;

export function Settled({ work, people, shown }: { work: Work; people: People | null; shown: boolean }) {
  const finders = people?.finders ?? [];
  const colours = finders
    .map((id) => people?.people.find((person) => person.id === id)?.colour)
    .filter((colour) => colour !== undefined)
    .slice(0, MOST_FINDERS);
  return (
    <figure className="settled" data-shown={shown} data-long={work.title.length > LONG_TITLE} aria-hidden={!shown}>
      <div className="settled-piece">
        <Likeness work={work} picture />
      </div>
      <figcaption>
        <WorkLabel work={work} />
        <p className="finders">
          {finders.length === 0 && <span className="kicker">{say('found.self')}</span>}
          {colours.length > 0 && <span className="kicker">{say('found.by')}</span>}
          {colours.map((colour, i) => (
            <i key={i} className="disc" style={{ background: colour }} />
          ))}
        </p>
      </figcaption>
    </figure>
  );
}
