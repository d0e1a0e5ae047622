/** The vote in one's hand: every work of this round, who votes for it, and one tap to vote. */
import { Discs } from '../parts/Discs';
import { Likeness } from '../parts/Likeness';
import { Title } from '../parts/Title';
import { coloursOf } from '../people';
import { around, count, say } from '../texts';
import type { People, Tally } from '../wire';
import type { Work, Works } from '../works';

/** A row of discs beside a title; the rest as a number. */
const MOST = 6;

type Props = { people: People; works: Works | null; voted: string | null; vote: (id: string | null) => void };

export function Ballot({ people, works, voted, vote }: Props) {
  const tallies = (people.ballot?.tallies ?? [])
    .map((tally) => ({ tally, work: works?.byId.get(tally.id) }))
    .filter((row): row is { tally: Tally; work: Work } => row.work !== undefined);
  if (!people.ballot || tallies.length === 0) return <p className="works-empty">{say('phone.vote.waiting')}</p>;
  const [before] = around('phone.vote.for');
  return (
    <ul className="ballot" data-arrows>
      {tallies.map(({ tally, work }) => (
        <li key={work.id}>
          <button
            type="button"
            className="row"
            aria-pressed={voted === work.id}
            onClick={() => vote(voted === work.id ? null : work.id)}
          >
            <Likeness work={work} picture="small" />
            <span className="hidden">{before}</span>
            <span className="row-words">
              <Title>{work.title || say('work.untitled')}</Title>
              <span>
                {work.id === people.ballot?.going ? say('phone.vote.going') : count('now.votes', tally.people.length)}{' '}
                <Discs colours={coloursOf(people.people, tally.people)} most={MOST} />
              </span>
            </span>
            <i className="row-mark" aria-hidden="true" />
          </button>
        </li>
      ))}
    </ul>
  );
}
