/** What there is to say about the link: a quiet mark while it comes back, a sentence and a way on when it ended. */
import type { RoomView } from '../room';
import { say } from '../texts';
import { fault } from '../told';

export function Mark({ view }: { view: RoomView }) {
  const words = markOf(view);
  return (
    <p className="mark" role="status" data-shown={words !== null}>
      {words}
    </p>
  );
}

function markOf({ link, people, seen }: RoomView): string | null {
  switch (link.kind) {
    case 'connecting':
      return seen ? say('link.waiting') : say('link.connecting');
    case 'waiting':
      return say('link.waiting');
    case 'asleep':
      return say('link.asleep');
    case 'live':
      return people?.paused ? say('link.paused') : null;
    case 'ended':
      return null;
    default:
      return link satisfies never;
  }
}

/** What was wrong and what to do, by the code that ended it. */
export function Ended({ room, view, again }: { room: string; view: RoomView; again: () => void }) {
  if (view.link.kind !== 'ended') return null;
  return (
    <div className="ended" role="alert">
      <p>{fault(view.link.code, room, view.link.fault) || say('link.ended')}</p>
      <button type="button" className="button" onClick={again}>
        {say('link.again')}
      </button>
    </div>
  );
}
