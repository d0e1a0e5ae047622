/** The vote: every work that has votes or was suggested, whose votes they are, and one's own with a tap. */
import { titleOf } from '../guests';
import { Discs } from '../parts/Discs';
import { Title } from '../parts/Title';
import { coloursOf, secondsLeft } from '../people';
import { around, count, say } from '../texts';
import type { Ballot as Votes } from '../wire';
import { useStudio } from './studio';
import { Thumb } from './Thumb';

/** Discs in a row; the rest as a number. */
const MOST = 8;

export function Ballot({ ballot }: { ballot: Votes }) {
  const { room, works, view, me } = useStudio();
  return (
    <div className="ballot">
      <p className="hint">{count('studio.ballot.left', secondsLeft(ballot.leftS))}</p>
      <ul>
        {ballot.tallies.map(({ id, people }) => {
          const mine = me !== null && people.includes(me.id);
          const title = titleOf(works, id);
          return (
            <li key={id}>
              <button
                type="button"
                className="vote"
                aria-pressed={mine}
                onClick={() => room.do({ t: 'vote', id: mine ? null : id })}
              >
                <span className="hidden">{around('studio.vote.for')[0]}</span>
                <Thumb work={works?.byId.get(id)} />
                <Title>{title}</Title>
                <span className="hidden">, {count('studio.votes', people.length)}</span>
                <Discs colours={coloursOf(view.people?.people ?? [], people)} most={MOST} />
                {ballot.going === id && <span className="kicker">{say('studio.ballot.going')}</span>}
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
