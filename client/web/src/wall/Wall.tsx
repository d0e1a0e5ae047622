/** The wall: the dream as large as the screen allows, and beside it, quietly, what a visitor needs to join and to follow. */
import { CanvasPainter } from '../painter-canvas';
import { webglPainter } from '../painter-webgl';
import { Ended, Mark } from '../parts/Notice';
import { Picture } from '../parts/Picture';
import { useLast } from '../parts/use-last';
import { useRoom, useWorks } from '../parts/use-room';
import { say } from '../texts';
import type { Person } from '../wire';
import { Caption } from './Caption';
import { CrowdMap } from './CrowdMap';
import { Invitation } from './Invitation';
import { Nearby } from './Nearby';
import { ModePanel } from './now/ModePanel';
import { Presence } from './Presence';
import { RealWork } from '../parts/RealWork';
import { Rim } from './Rim';
import { Settled } from './Settled';

const painter = (canvas: HTMLCanvasElement) => webglPainter(canvas) ?? new CanvasPainter(canvas);

const NOBODY: readonly Person[] = [];

/** `?chrome=0`: the picture alone, for a projector or a vision mixer. */
export function Wall({ search = window.location.search }: { search?: string }) {
  const [room, view] = useRoom('wall');
  const works = useWorks(room, view);
  const bumped = (view.bump !== null && works?.byId.get(view.bump)) || null;
  const work = useLast(bumped);
  const crowd = view.people?.people ?? NOBODY;
  const bare = new URLSearchParams(search).get('chrome') === '0';
  return (
    <main className="wall" data-bare={bare}>
      <div className="stage">
        <Picture room={room} painter={painter} glow={!bare} />
        {!bare && <Rim room={room} people={crowd} />}
        {!bare && work && <RealWork key={work.id} work={work} shown={bumped !== null} />}
        {!bare && <Caption view={view} works={works} />}
      </div>
      {!bare && (
        <aside className="side">
          <header className="side-head">
            <p className="wordmark">{say('name')}</p>
            <Mark view={view} />
          </header>
          {view.people && <ModePanel people={view.people} works={works} />}
          <div className="slot">
            <Nearby view={view} works={works} shown={bumped === null} />
            {work && <Settled key={work.id} work={work} people={view.people} shown={bumped !== null} />}
          </div>
          <Presence people={crowd} />
          <footer className="side-foot">
            <CrowdMap room={room} works={works} people={crowd} />
            <Invitation room={room.name} />
          </footer>
        </aside>
      )}
      <Ended room={room.name} view={view} again={() => room.start()} />
    </main>
  );
}
