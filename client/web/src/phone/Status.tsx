/** One line of knowledge: how much of the movement is yours, and what the wall is near. */
import { placeOf, placeText, placeWords } from '../parts/words';
import type { RoomView } from '../room';
import { say } from '../texts';
import type { Works } from '../works';
import type { Aim } from './aim';
import { ShareRing } from './ShareRing';
import { useSlowly } from '../parts/use-slowly';

/** A voice that reads on needs longer for a place than eyes do. */
const SPOKEN_EVERY_MS = 5_000;

type Props = { view: RoomView; works: Works | null; share: number; aim: Aim | null; letGo: () => void };

export function Status({ view, works, share, aim, letGo }: Props) {
  const place = placeOf(view, works);
  const spoken = useSlowly(placeText(place), SPOKEN_EVERY_MS);
  const moving = view.people?.people.some((person) => person.share > 0) ?? false;
  return (
    <div className="status">
      <ShareRing share={share} />
      <div className="status-words">
        <p className="status-place" aria-hidden="true">
          {placeWords(place)}
        </p>
        <p className="status-share">{shareWords(share, moving)}</p>
      </div>
      <p className="hidden" role="status">
        {spoken}
      </p>
      {aim && (
        <button type="button" className="status-pull" onClick={letGo} aria-label={aim.work ? `${say('phone.stop')}: ${aim.work.title}` : say('phone.stop')}>
          {say('phone.stop')}
        </button>
      )}
    </div>
  );
}

function shareWords(share: number, moving: boolean): string {
  const percent = Math.round(share * 100);
  if (percent > 0) return say('phone.share', { n: String(percent) });
  return moving ? say('phone.share.others') : say('phone.share.none');
}
