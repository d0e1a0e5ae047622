/** The nearest works by name, the nearer the clearer. */
import { Title } from '../parts/Title';
import { artistOf } from '../parts/WorkLabel';
import type { RoomView } from '../room';
import { say } from '../texts';
import type { Works } from '../works';

/** Three names can be read in passing. */
const MOST = 3;
/** The faintest a name may be and still be read on the dark wall (4.5 : 1). */
const FAINTEST = 0.7;

type Props = { view: RoomView; works: Works | null; shown: boolean };

export function Nearby({ view, works, shown }: Props) {
  const named = view.near
    .map(({ id, closeness }) => ({ work: works?.byId.get(id), closeness }))
    .filter(({ work }) => work !== undefined)
    .slice(0, MOST);
  return (
    <div className="nearby" data-shown={shown && named.length > 0} aria-hidden={!shown}>
      <h2 className="kicker">{say('near.title')}</h2>
      <ol>
        {named.map(({ work, closeness }) => (
          <li key={work?.id} style={{ opacity: FAINTEST + (1 - FAINTEST) * closeness }}>
            <Title>{work?.title || say('work.untitled')}</Title>
            <span dir="auto">{artistOf(work?.artist ?? '').name}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
