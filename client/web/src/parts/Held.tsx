/** Why nobody else may choose a mode now: a guide has chosen, or somebody did a moment ago. Nothing while one may. */
import { choosable, secondsLeft } from '../people';
import { count, say } from '../texts';
import type { People, Welcome } from '../wire';

/** A visitor's choice holds for seconds, a guide's for minutes. */
const GUIDED_S = 60;

/** The same in a few words, where a visitor's choice holds; null while one may choose, or where nobody may. */
export function heldBriefly(welcome: Welcome | null, people: People): string | null {
  if (!welcome?.modes.length || choosable(welcome, people).length) return null;
  return people.heldS > GUIDED_S ? say('mode.guided') : count('mode.soon', secondsLeft(people.heldS));
}

export function Held({ welcome, people }: { welcome: Welcome | null; people: People | null }) {
  if (!welcome?.modes.length || !people || choosable(welcome, people).length) return null;
  return <p className="held">{people.heldS > GUIDED_S ? say('mode.guided') : count('mode.held', secondsLeft(people.heldS))}</p>;
}
