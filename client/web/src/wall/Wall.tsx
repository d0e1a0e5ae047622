/** The wall: the dream as large as the screen allows, and beside it, quietly, what a visitor needs to join and to follow. */
import { CanvasPainter } from '../painter-canvas';
import { webglPainter } from '../painter-webgl';
import { MapView } from '../parts/MapView';
import { Ended, Mark } from '../parts/Notice';
import { Picture } from '../parts/Picture';
import { useLast } from '../parts/use-last';
import { useRoom, useWorks } from '../parts/use-room';
import { say } from '../texts';
import { Invitation } from './Invitation';
import { Nearby } from './Nearby';
import { Presence } from './Presence';
import { RealWork } from './RealWork';
import { Settled } from './Settled';

const painter = (canvas: HTMLCanvasElement) => webglPainter(canvas) ?? new CanvasPainter(canvas);

/** `?chrome=0`: the picture alone, for a projector or a vision mixer. */
export function Wall({ search = window.location.search }: { search?: string }) {
  const [room, view] = useRoom('wall');
  const works = useWorks(room, view);
  const bumped = (view.bump !== null && works?.byId.get(view.bump)) || null;
  const work = useLast(bumped);
  const bare = new URLSearchParams(search).get('chrome') === '0';
  return (
    <main className="wall" data-bare={bare}>
      <div className="stage">
        <Picture room={room} painter={painter} glow={!bare} />
        {!bare && work && <RealWork key={work.id} work={work} shown={bumped !== null} />}
      </div>
      {!bare && (
        <aside className="side">
          <header className="side-head">
            <p className="wordmark">{say('name')}</p>
            <Mark view={view} />
            <p className="mode">{view.people && say(`mode.${view.people.mode}`)}</p>
          </header>
          <div className="slot" aria-live="polite">
            <Nearby view={view} works={works} shown={bumped === null} />
            {work && <Settled key={work.id} work={work} people={view.people} shown={bumped !== null} />}
          </div>
          <Presence people={view.people?.people ?? []} />
          <footer className="side-foot">
            <MapView room={room} works={works} />
            <Invitation room={room.name} />
          </footer>
        </aside>
      )}
      <Ended view={view} again={() => room.start()} />
    </main>
  );
}
