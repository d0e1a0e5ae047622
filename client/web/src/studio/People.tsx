/** Who is here, what part of the movement is whose, and a way to look where somebody looks. */
import { colourName } from '../colours';
import { count, say } from '../texts';
import type { Person } from '../wire';
import { useChanging } from './MapStage';
import type { StudioMap } from './map';
import { useStudio } from './studio';

/** More rows than this nobody reads; the others are counted. */
const MOST = 100;

export function People() {
  const { view, me, map } = useStudio();
  const people = [...(view.people?.people ?? [])].sort((a, b) => Number(b.id === me?.id) - Number(a.id === me?.id) || b.share - a.share);
  const hidden = people.length - MOST;
  return (
    <div className="people">
      <p className="hint">{people.length ? count('people', people.length) : say('people.none')}</p>
      <ul>
        {people.slice(0, MOST).map((person) => (
          <Row key={person.id} person={person} you={person.id === me?.id} map={map} />
        ))}
      </ul>
      {hidden > 0 && <p className="hint">{count('more', hidden)}</p>}
    </div>
  );
}

function Row({ person, you, map }: { person: Person; you: boolean; map: StudioMap | null }) {
  const name = you ? say('studio.you') : say(colourName(person.colour));
  const share = Math.round(person.share * 100);
  return (
    <li className="person">
      <i className="disc" data-active={person.active} style={{ color: person.colour }} />
      <p>
        {name}
        <span>
          {[person.remote ? say('studio.remote') : say('studio.inroom'), share > 0 && say('studio.share', { n: String(share) })].filter(Boolean).join(' · ')}
        </span>
      </p>
      {!you && map && person.at && <Follow map={map} person={person} name={name} />}
    </li>
  );
}

function Follow({ map, person, name }: { map: StudioMap; person: Person; name: string }) {
  const followed = useChanging(map, () => map.followed);
  const following = followed !== null && followed !== 'point' && followed.person === person.id;
  return (
    <button
      type="button"
      className="chip"
      aria-pressed={following}
      aria-label={say('studio.follow.person', { a: name })}
      onClick={() => map.follow(following ? null : { person: person.id })}
    >
      {say('studio.follow')}
    </button>
  );
}
