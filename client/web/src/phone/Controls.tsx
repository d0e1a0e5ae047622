/** What a hand can do, one thing at a time: the map (or the ballot), the works, the blend, what was found. */
import type { Room, RoomView } from '../room';
import type { Steering } from '../steering';
import { MAX_PORTIONS, type Mode, type Welcome } from '../wire';
import type { Work, Works } from '../works';
import { aimAt, type Aim } from './aim';
import { Ballot } from './Ballot';
import { BlendPanel } from './BlendPanel';
import { FoundList } from './FoundList';
import { Held } from '../parts/Held';
import { useHeld } from '../parts/use-held';
import { LinkCard } from './LinkCard';
import { Pad } from './Pad';
import type { Way } from './Tabs';
import { useVote } from './use-vote';
import { WorkList } from './WorkList';
import type { Doings } from './WorkRow';

type Props = {
  room: Room;
  view: RoomView;
  works: Works | null;
  steering: Steering;
  you: string | null;
  colour: string | null;
  welcome: Welcome | null;
  /** Those that may be chosen now. */
  modes: readonly Mode[];
  way: Way;
  setWay: (way: Way) => void;
  aim: Aim | null;
  setAim: (aim: Aim | null) => void;
  leave: () => void;
};

export function Controls({ room, view, works, steering, you, colour, welcome, modes, way, setWay, aim, setAim, leave }: Props) {
  const { people } = view;
  const [held, forget] = useHeld();
  const [voted, vote] = useVote(room, people?.ballot ?? null, you);
  const voting = people?.mode === 'vote';
  const moves = people !== null && people.mode !== 'blend' && (people.mode !== 'docent' || people.docent === you);
  const inBlend = new Set(people?.blend.map(({ id }) => id));
  const doings: Doings = {
    voting,
    chosen: voting ? voted : (aim?.work?.id ?? null),
    choose: (work: Work | null) => (voting ? vote(work?.id ?? null) : setAim(work && aimAt(work))),
    inBlend,
    blendFull: inBlend.size >= MAX_PORTIONS,
    mix: ({ id }, into) => room.do({ t: 'edit', do: into ? 'add' : 'remove', id }),
  };
  const bring = () => {
    if (held?.kind === 'place') setAim({ x: held.x, y: held.y, work: null });
    if (held?.kind === 'blend') {
      room.do({ t: 'bring', portions: held.portions });
      if (people?.mode !== 'blend') room.do({ t: 'mode', mode: 'blend' });
      setWay('blend');
    }
    forget();
  };
  return (
    <div className="controls">
      {held && <LinkCard held={held} works={works} possible={held.kind === 'place' || people?.mode === 'blend' || modes.includes('blend')} bring={bring} dismiss={forget}>
          <Held welcome={welcome} people={people} />
        </LinkCard>}
      {way === 'map' && people && voting && <Ballot people={people} works={works} voted={voted} vote={vote} />}
      {way === 'map' && !voting && <Pad {...{ room, works, steering, colour, aim, you, moves }} people={people?.people ?? NOBODY} />}
      {way === 'works' && <WorkList room={room.name} works={works} doings={doings} />}
      {way === 'blend' && people && <BlendPanel {...{ room, view, people, works, you, welcome, modes }} choose={() => setWay('works')} />}
      {way === 'found' && <FoundList room={room.name} works={works} bump={view.bump} leave={leave} />}
    </div>
  );
}

const NOBODY: [] = [];
