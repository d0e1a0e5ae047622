/** How the wall is steered now, in words, and the ways that this person may choose. */
import { colourName } from '../colours';
import { Title } from '../parts/Title';
import { choosable, colourOf, secondsLeft } from '../people';
import { Held } from '../parts/Held';
import { useSlowly } from '../parts/use-slowly';
import { count, say } from '../texts';
import type { People } from '../wire';
import { Ballot } from './Ballot';
import { useStudio } from './studio';
import { Tide } from './Tide';

/** A countdown is told to eyes; ears hear the change of turns only, and not too often. */
const SPOKEN_MS = 2_000;

export function Modes() {
  const { view, room } = useStudio();
  const people = view.people;
  const welcome = view.link.kind === 'live' ? view.link.welcome : null;
  if (!people) return null;
  const open = choosable(welcome, people);
  return (
    <section className="modes" aria-label={say('studio.modes')}>
      <div className="modes-now">
        <h2>{say(`mode.${people.mode}`)}</h2>
        {welcome?.guide && <p className="kicker">{say('studio.guide')}</p>}
      </div>
      <Turn people={people} />
      {people.tide && <Tide tide={people.tide} />}
      {people.mode === 'vote' && people.ballot && <Ballot ballot={people.ballot} />}
      {people.voyage && <Voyage people={people} />}
      {welcome && welcome.modes.length > 1 && (
        <div className="modes-choice" role="group" aria-label={say('studio.modes.choose')}>
          {welcome.modes.map((mode) => (
            <button key={mode} type="button" className="chip" aria-pressed={people.chosen === mode} disabled={!open.includes(mode)} onClick={() => room.do({ t: 'mode', mode })}>
              {say(`studio.mode.${mode}`)}
            </button>
          ))}
        </div>
      )}
      <Held welcome={welcome} people={people} />
    </section>
  );
}

/** Whose turn it is; and three seconds ahead, that it is going to be yours. */
function Turn({ people }: { people: People }) {
  const { me } = useStudio();
  const name = (id: string) => say(colourName(colourOf(people.people, id) ?? '#808080'));
  const { turn, docent } = people;
  let words = '';
  let strong = false;
  if (turn && me && turn.lead === me.id) [words, strong] = [count('studio.turn.yours', secondsLeft(turn.leftS)), true];
  else if (turn && me && turn.next === me.id) [words, strong] = [count('studio.turn.soon', secondsLeft(turn.nextS)), true];
  else if (turn?.lead) words = say('studio.turn', { a: name(turn.lead) });
  else if (people.mode === 'docent' && docent) words = docent === me?.id ? say('studio.docent.you') : say('studio.docent', { a: name(docent) });
  const spoken = useSlowly(strong ? words : '', SPOKEN_MS);
  return (
    <>
      {words && (
        <p className="turn" data-strong={strong} aria-hidden={strong}>
          {words}
        </p>
      )}
      <p className="hidden" role="alert">
        {spoken}
      </p>
    </>
  );
}

function Voyage({ people }: { people: People }) {
  const { room, works } = useStudio();
  const { voyage } = people;
  if (!voyage) return null;
  const next = works?.byId.get(voyage.works[voyage.at] ?? '');
  return (
    <div className="voyage">
      <p>
        {say('studio.tour.at', { n: String(voyage.at + 1), of: String(voyage.works.length) })}
        {next && (
          <>
            {' · '}
            <Title>{next.title}</Title>
          </>
        )}
      </p>
      <progress value={voyage.at + 1} max={voyage.works.length} aria-label={say('studio.tour.progress')} />
      <button type="button" className="chip" onClick={() => room.do({ t: 'ride', works: [] })}>
        {say('studio.tour.end')}
      </button>
    </div>
  );
}
