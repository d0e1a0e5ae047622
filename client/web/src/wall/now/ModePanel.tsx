/** How the room is steered now: the mode's name, what it means, and who or what decides at this moment. */
import { say, type Key } from '../../texts';
import type { Mode, People } from '../../wire';
import type { Works } from '../../works';
import { Ballot } from './Ballot';
import { Camps } from './Camps';
import { Guide } from './Guide';
import { Lead } from './Lead';
import { Sliders } from './Sliders';
import { Tour } from './Tour';

const MEANS: Readonly<Record<Mode, Key>> = {
  together: 'now.together',
  lead: 'now.lead',
  vote: 'now.vote',
  docent: 'now.docent',
  blend: 'now.blend',
  ambient: 'now.ambient',
};

export function ModePanel({ people, works }: { people: People; works: Works | null }) {
  const { mode, turn, tide, ballot, voyage, blend } = people;
  return (
    <section className="now" data-mode={mode}>
      <h1 className="mode">{say(`mode.${mode}`)}</h1>
      <p className="now-means">{say(MEANS[mode])}</p>
      {mode === 'vote' && ballot && <Ballot ballot={ballot} people={people.people} works={works} />}
      {mode === 'blend' && <Sliders blend={blend} people={people.people} works={works} />}
      {mode === 'docent' && <Guide docent={people.docent} people={people.people} />}
      {tide && <Camps tide={tide} people={people.people} />}
      {turn && <Lead turn={turn} people={people.people} />}
      {voyage && <Tour voyage={voyage} works={works} />}
    </section>
  );
}
