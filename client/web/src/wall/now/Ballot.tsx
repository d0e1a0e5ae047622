/** The vote under way, hung like a row of small pictures: under each the discs of those who vote for it. */
import { Discs } from '../../parts/Discs';
import { Likeness } from '../../parts/Likeness';
import { Title } from '../../parts/Title';
import { coloursOf, secondsLeft } from '../../people';
import { count, say } from '../../texts';
import type { Ballot as Vote, Person } from '../../wire';
import type { Work, Works } from '../../works';

/** As many as hang side by side; the others have fewer votes. All votes are visible: what does not hang is counted below. */
const MOST = 5;
const MOST_DISCS = 8;

export function Ballot({ ballot, people, works }: { ballot: Vote; people: readonly Person[]; works: Works | null }) {
  const known = ballot.tallies
    .map(({ id, people }) => ({ work: works?.byId.get(id), voters: people }))
    .filter((tally): tally is { work: Work; voters: readonly string[] } => tally.work !== undefined);
  const elsewhere = known.slice(MOST).reduce((votes, { voters }) => votes + voters.length, 0);
  return (
    <div className="now-ballot">
      <ol className="hung">
        {known.slice(0, MOST).map(({ work, voters }) => (
          <li key={work.id} data-going={work.id === ballot.going} data-votes={voters.length}>
            <Likeness work={work} picture="small" />
            <Title>{work.title || say('work.untitled')}</Title>
            <p>
              <span className="hidden">{count('now.votes', voters.length)}</span>
              <Discs colours={coloursOf(people, voters)} most={MOST_DISCS} />
            </p>
          </li>
        ))}
      </ol>
      <p className="now-left">
        {count('now.counted', secondsLeft(ballot.leftS))}
        {elsewhere > 0 && ` · ${count('now.votes.else', elsewhere)}`}
      </p>
    </div>
  );
}
