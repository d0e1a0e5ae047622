/** Who is here: one disc each in their colour, larger with their share of the movement, faint while they rest. */
import { count, say } from '../texts';
import type { Person } from '../wire';

/** Three rows of discs; the rest is told as a number. */
const MOST = 60;
/** Growth of a disc whose owner moves the point alone. */
const GROWTH = 0.7;

export function Presence({ people }: { people: readonly Person[] }) {
  const hidden = people.length - MOST;
  return (
    <section className="presence">
      <p className="kicker">{people.length ? count('people', people.length) : say('people.none')}</p>
      <ul aria-hidden="true">
        {people.slice(0, MOST).map(({ id, colour, share, active }) => (
          <li key={id} className="disc" data-active={active} style={{ color: colour, scale: String(1 + GROWTH * share) }} />
        ))}
        {hidden > 0 && <li className="more">{count('more', hidden)}</li>}
      </ul>
    </section>
  );
}
