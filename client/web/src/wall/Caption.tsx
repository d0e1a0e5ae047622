/** One live line under the picture, as a caption: what the wall is near. Read aloud when it changes, at a voice's pace. */
import { useSlowly } from '../parts/use-slowly';
import { placeOf, placeText, placeWords } from '../parts/words';
import type { RoomView } from '../room';
import type { Works } from '../works';

/** A voice that reads on needs longer for a place than eyes do. */
const SPOKEN_EVERY_MS = 5_000;

export function Caption({ view, works }: { view: RoomView; works: Works | null }) {
  const place = placeOf(view, works);
  const spoken = useSlowly(placeText(place), SPOKEN_EVERY_MS);
  return (
    <div className="caption" data-shown={view.seen && works !== null}>
      <p aria-hidden="true">{placeWords(place)}</p>
      <p className="hidden" aria-live="polite">
        {view.seen && spoken}
      </p>
    </div>
  );
}
