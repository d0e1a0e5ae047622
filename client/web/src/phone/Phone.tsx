/** The phone: the live picture above, and below it first an invitation, then a map to steer on and works to pull towards. */
import { useEffect, useState, type CSSProperties } from 'react';
import { CanvasPainter } from '../painter-canvas';
import { Ended, Mark } from '../parts/Notice';
import { Picture } from '../parts/Picture';
import { useLast } from '../parts/use-last';
import { useRoom, useWorks } from '../parts/use-room';
import { inkOn } from '../parts/colour';
import type { Work } from '../works';
import { Bump } from './Bump';
import { Controls } from './Controls';
import { hasJoined, rememberJoined } from './joined';
import { Invitation } from './Invitation';
import { Status } from './Status';
import { useSteering } from './use-steering';

const painter = (canvas: HTMLCanvasElement) => new CanvasPainter(canvas);

export function Phone() {
  const [room, view] = useRoom('visitor');
  const works = useWorks(room, view);
  const [joined, setJoined] = useState(() => hasJoined(room.name));
  const steering = useSteering(room, joined);
  const [pulled, setPulled] = useState<Work | null>(null);
  useEffect(() => steering.wish('work', pulled && { t: 'work', id: pulled.id }), [steering, pulled]);

  const { link, people } = view;
  const you = link.kind === 'live' ? link.welcome.you : null;
  const me = useLast(people?.people.find((person) => person.id === you) ?? null);
  const colours = me && ({ '--own': me.colour, '--on-own': inkOn(me.colour) } as CSSProperties);
  const bumped = (view.bump !== null && works?.byId.get(view.bump)) || null;
  const join = () => {
    rememberJoined(room.name);
    setJoined(true);
  };
  return (
    <main className="phone" data-joined={joined} style={colours ?? {}}>
      <div className="stage">
        <Picture room={room} painter={painter} glow />
        <Mark view={view} />
        <Bump work={joined ? bumped : null} helped={you !== null && (people?.finders.includes(you) ?? false)} />
      </div>
      {joined ? (
        <div className="hand">
          <Status view={view} works={works} share={me?.share ?? 0} pulled={pulled} letGo={() => setPulled(null)} />
          <Controls room={room} works={works} steering={steering} colour={me?.colour ?? null} pulled={pulled} pull={setPulled} />
        </div>
      ) : (
        <Invitation room={room.name} link={link} colour={me?.colour ?? null} join={join} />
      )}
      <Ended view={view} again={() => room.start()} />
    </main>
  );
}
