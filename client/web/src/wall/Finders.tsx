/** Whose colours found the work: they gather by its label, one after the other, the largest part first. */
import { type CSSProperties } from 'react';
import { useLast } from '../parts/use-last';
import { coloursOf } from '../people';
import { say } from '../texts';
import type { People } from '../wire';

/** More colours than this would not be told apart from across a room. */
const MOST = 12;

/** `people`: null once the point has left, while the label fades: then those stay who were named. */
export function Finders({ people }: { people: People | null }) {
  const told = useLast(people?.finders.length ? people : null);
  const colours = coloursOf(told?.people ?? [], told?.finders ?? []).slice(0, MOST);
  return (
    <p className="finders">
      <span className="kicker">{colours.length ? say('found.by') : say('found.self')}</span>
      {colours.map((colour, i) => (
        <i key={colour} className="disc" style={{ background: colour, '--turn': i } as CSSProperties} />
      ))}
    </p>
  );
}
