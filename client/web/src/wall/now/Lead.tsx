/** Whose turn it is, as a disc of their colour in a ring of the time that is left, and who is next. */
import { Clock } from '../../parts/Clock';
import { colourOf, secondsLeft } from '../../people';
import { count, say } from '../../texts';
import type { Person, Turn } from '../../wire';

export function Lead({ turn, people }: { turn: Turn; people: readonly Person[] }) {
  const lead = colourOf(people, turn.lead);
  const next = colourOf(people, turn.next);
  return (
    <div className="now-turn">
      {lead && (
        <p className="now-lead">
          <Clock leftS={turn.leftS} of={turn.lead ?? ''} colour={lead}>
            <circle cx="22" cy="22" r="12" style={{ fill: lead }} />
          </Clock>
          <span>
            {say('now.lead.leads')}
            <small>{count('now.left', secondsLeft(turn.leftS))}</small>
          </span>
        </p>
      )}
      {next && (
        <p className="now-next">
          <i className="disc" style={{ background: next }} />
          <span>
            {say('now.lead.next')}
            <small>{count('now.in', secondsLeft(turn.nextS))}</small>
          </span>
        </p>
      )}
    </div>
  );
}
