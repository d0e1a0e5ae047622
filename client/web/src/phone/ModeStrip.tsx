/** How the room is steered now, in one line: the mode's name, and what of it concerns this person. */
import type { ReactNode } from 'react';
import { Clock } from '../parts/Clock';
import { heldBriefly } from '../parts/Held';
import { TideDial } from '../parts/TideDial';
import { colourOf, secondsLeft } from '../people';
import type { Room } from '../room';
import { count, say } from '../texts';
import type { Mode, People, Tide, Welcome } from '../wire';
import type { Works } from '../works';

type Props = { room: Room; people: People; works: Works | null; you: string | null; modes: readonly Mode[]; welcome: Welcome | null };

export function ModeStrip({ room, people, works, you, modes, welcome }: Props) {
  const { mode, turn, tide, voyage, ballot } = people;
  const lead = turn && turn.lead !== you ? colourOf(people.people, turn.lead) : null;
  return (
    <div className="strip" data-mode={mode}>
      {lead && turn && (
        <Clock leftS={turn.leftS} of={turn.lead ?? ''} colour={lead}>
          <circle cx="22" cy="22" r="10" style={{ fill: lead }} />
        </Clock>
      )}
      {tide && <TideDial tide={tide} />}
      <p>
        <strong>{say(`mode.${mode}`)}</strong>
        <Words>{lead && turn && `${say('phone.turn.led')}, ${count('now.left', secondsLeft(turn.leftS))}`}</Words>
        <Words>{mode === 'lead' && !turn?.lead && say('phone.turn.none')}</Words>
        <Words>{mode === 'vote' && (ballot ? count('now.counted', secondsLeft(ballot.leftS)) : say('phone.vote.rests'))}</Words>
        <Words>{mode === 'docent' && (people.docent === you ? say('phone.docent.you') : say('phone.docent.rests'))}</Words>
        <Words>{mode === 'blend' && (heldBriefly(welcome, people) ?? say('phone.blend.rests'))}</Words>
        <Words>{mode === 'ambient' && say('phone.ambient.rests')}</Words>
        <Words>{tide && tideWords(tide, you)}</Words>
        <Words>{voyage && tourWords(voyage.works, voyage.at, works)}</Words>
      </p>
      {mode === 'blend' && welcome?.modes.includes('together') && (
        <button type="button" className="small" disabled={!modes.includes('together')} onClick={() => room.do({ t: 'mode', mode: 'together' })}>
          {say('phone.together')}
        </button>
      )}
      {voyage && mode !== 'blend' && (
        <button type="button" className="small" onClick={() => room.do({ t: 'ride', works: [] })}>
          {say('phone.tour.end')}
        </button>
      )}
    </div>
  );
}

function Words({ children }: { children: ReactNode }) {
  return children ? <span>{children}</span> : null;
}

function tideWords({ camps, turn, leftS }: Tide, you: string | null): string {
  const own = camps.findIndex(({ people }) => you !== null && people.includes(you));
  const whose = own < 0 ? say('phone.tide.none') : own === turn ? say('phone.tide.yours') : say('phone.tide.theirs');
  return `${whose}, ${count('now.left', secondsLeft(leftS))}`;
}

function tourWords(stops: readonly string[], at: number, works: Works | null): string {
  const last = works?.byId.get(stops.at(-1) ?? '')?.title || say('work.untitled');
  return say('phone.tour', { a: last, n: String(at + 1), m: String(stops.length) });
}
