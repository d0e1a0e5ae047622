/** A visit: the live picture above; below it first an invitation, then everything that a hand can do, with its tabs at the foot. */
import { useEffect, useState, type CSSProperties } from 'react';
import { CanvasPainter } from '../painter-canvas';
import { inkOn } from '../parts/colour';
import { Ended, Mark } from '../parts/Notice';
import { Picture } from '../parts/Picture';
import { useLast } from '../parts/use-last';
import { useRoom, useWorks } from '../parts/use-room';
import { choosable, coloursOf } from '../people';
import type { Aim } from './aim';
import { Announcement, ownTurn } from './Announcement';
import { Bump } from './Bump';
import { Controls } from './Controls';
import { hasJoined, rememberJoined, type Farewell } from './joined';
import { Invitation } from './Invitation';
import { ModeStrip } from './ModeStrip';
import { Status } from './Status';
import { Tabs, type Way } from './Tabs';
import { useJourney } from './use-journey';
import { useSteering } from '../parts/use-steering';

const painter = (canvas: HTMLCanvasElement) => new CanvasPainter(canvas);

export function Visit({ leave }: { leave: (farewell: Farewell) => void }) {
  const [room, view] = useRoom('visitor');
  const works = useWorks(room, view);
  const [joined, setJoined] = useState(() => hasJoined(room.name));
  const [way, setWay] = useState<Way>('map');
  const steering = useSteering(room, joined);
  const [aim, setAim] = useState<Aim | null>(null);
  useEffect(() => steering.wish('work', aim && (aim.work ? { t: 'work', id: aim.work.id } : { t: 'place', x: aim.x, y: aim.y })), [steering, aim]);

  const { link, people } = view;
  const welcome = useLast(link.kind === 'live' ? link.welcome : null);
  const you = welcome?.you ?? null;
  const me = useLast(people?.people.find((person) => person.id === you) ?? null);
  const keep = useJourney(room, view, me, joined);
  const colours = me && ({ '--own': me.colour, '--on-own': inkOn(me.colour) } as CSSProperties);
  const bumped = (view.bump !== null && works?.byId.get(view.bump)) || null;
  const finders = people?.finders ?? [];
  const modes = choosable(welcome, people);
  const join = () => {
    rememberJoined(room.name);
    setJoined(true);
  };
  const go = () => {
    steering.dispose();
    keep();
    leave({ colour: me?.colour ?? '#bfb6a8', collection: welcome?.collection ?? '' });
  };
  return (
    <main className="phone" data-joined={joined} data-way={way} style={colours ?? {}}>
      <div className="stage">
        <Picture room={room} painter={painter} glow />
        <Mark view={view} />
        <Bump work={joined ? bumped : null} helped={you !== null && finders.includes(you)} colours={coloursOf(people?.people ?? [], finders)} />
      </div>
      {joined ? (
        <div className="hand">
          <div className="knowledge">
            <Status view={view} works={works} share={me?.share ?? 0} aim={aim} letGo={() => setAim(null)} />
            <Announcement own={ownTurn(people?.turn ?? null, you)} />
          </div>
          {people && <ModeStrip room={room} people={people} works={works} you={you} modes={modes} welcome={welcome} />}
          <Controls {...{ room, view, works, steering, you, welcome, modes, way, setWay, aim, setAim }} colour={me?.colour ?? null} leave={go} />
          <Tabs way={way} choose={setWay} voting={people?.mode === 'vote'} mixing={people?.blend.length ?? 0} />
        </div>
      ) : (
        <Invitation room={room.name} link={link} colour={me?.colour ?? null} join={join} />
      )}
      <Ended room={room.name} view={view} again={() => room.start()} />
    </main>
  );
}
