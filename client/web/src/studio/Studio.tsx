/** The studio: the live picture, the map of the collection, and a drawer to blend, to search and to see who is here. */
import { useCallback, useEffect, useMemo, useState, type CSSProperties } from 'react';
import { CanvasPainter } from '../painter-canvas';
import { inkOn } from '../parts/colour';
import { Languages } from '../parts/Languages';
import { Ended, Mark } from '../parts/Notice';
import { Picture } from '../parts/Picture';
import { useBlend } from '../parts/use-blend';
import { useHeld } from '../parts/use-held';
import { useLast } from '../parts/use-last';
import { useRoom, useWorks } from '../parts/use-room';
import { useSteering } from '../parts/use-steering';
import { RealWork } from '../parts/RealWork';
import { Asking } from '../search';
import { say } from '../texts';
import type { Slider } from '../wire';
import type { Work } from '../works';
import { Aiming } from './aim';
import { Bumped, Place } from './Bumped';
import { dropping } from './dragging';
import { guideKey } from './guide';
import { LinkCard } from './LinkCard';
import type { StudioMap } from './map';
import { MapStage } from './MapStage';
import { Modes } from './Modes';
import { Palette } from './Palette';
import { People } from './People';
import { Search, type Sought } from './Search';
import { StudioContext, useStudio, type Studio as Shared } from './studio';
import { Take } from './Take';
import { useAim } from './use-aim';
import { useFound } from './use-found';
import { WorkCard } from './WorkCard';

const painter = (canvas: HTMLCanvasElement) => new CanvasPainter(canvas);
const NO_BLEND: readonly Slider[] = [];
const DRAWERS = ['blend', 'search', 'people'] as const;
type Drawer = (typeof DRAWERS)[number];

export function Studio() {
  const [key] = useState(guideKey);
  // A guide stands in the room with a tablet; everybody else who opens this page is somewhere else.
  const [room, view] = useRoom('visitor', { remote: key === null, key });
  const works = useWorks(room, view);
  const steering = useSteering(room, true);
  const [aiming] = useState(() => new Aiming(steering));
  const [asking] = useState(() => new Asking(room.name));
  const [sliders, hand] = useBlend(room, view.people?.blend ?? NO_BLEND);
  const [map, setMap] = useState<StudioMap | null>(null);
  const [opened, open] = useState<Work | null>(null);
  const [drawer, setDrawer] = useState<Drawer>('blend');
  const [sought, setSought] = useState<Sought | null>(null);
  const found = useFound(asking, view.bump);
  const you = view.link.kind === 'live' ? view.link.welcome.you : null;
  const me = useLast(view.people?.people.find((person) => person.id === you) ?? null);
  useEffect(() => room.onFrame((frame) => aiming.follow(frame)), [room, aiming]);

  const alike = useCallback((id: string) => {
    setSought({ id });
    setDrawer('search');
  }, []);
  const shared = useMemo<Shared>(
    () => ({ room, view, works, me, asking, aiming, sliders, hand, map, opened, open, alike, found }),
    [room, view, works, me, asking, aiming, sliders, hand, map, opened, alike, found],
  );
  const colours = me && ({ '--own': me.colour, '--on-own': inkOn(me.colour) } as CSSProperties);
  return (
    <StudioContext value={shared}>
      <main className="studio" style={colours ?? {}}>
        <Dream />
        <Middle onMap={setMap} />
        <section className="drawer">
          <div className="tabs" role="tablist" aria-label={say('studio.drawer')}>
            {DRAWERS.map((name) => (
              <Tab key={name} name={name} shown={drawer === name} show={setDrawer} />
            ))}
          </div>
          <div className="panel" role="tabpanel" id="panel" aria-labelledby={`tab-${drawer}`}>
            {drawer === 'blend' && <Palette />}
            {drawer === 'search' && <Search sought={sought} />}
            {drawer === 'people' && <People />}
          </div>
        </section>
        <Ended room={room.name} view={view} again={() => room.start()} />
      </main>
    </StudioContext>
  );
}

/** The picture and what is said about it. A work may be dropped on the picture: it comes into the blend. */
function Dream() {
  const { room, view, works, hand } = useStudio();
  const bumped = (view.bump !== null && works?.byId.get(view.bump)) || null;
  const work = useLast(bumped);
  return (
    <section className="dream" aria-label={say('alt.dream')}>
      <header className="dream-head">
        <h1 className="wordmark">{say('name')}</h1>
        <Languages />
      </header>
      <div className="stage" {...dropping((id) => hand.add(id))}>
        <Picture room={room} painter={painter} glow />
        {work && <RealWork key={work.id} work={work} shown={bumped !== null} />}
        <Mark view={view} />
      </div>
      <Place />
      <Take />
      <Modes />
      <Bumped work={bumped} />
    </section>
  );
}

/** The map, and over it what was opened: a work, or a link. */
function Middle({ onMap }: { onMap: (map: StudioMap | null) => void }) {
  const { opened, aiming } = useStudio();
  const aim = useAim(aiming);
  const [held, forget] = useHeld();
  const done = () => {
    window.history.replaceState(null, '', window.location.pathname + window.location.search);
    forget();
  };
  return (
    <div className="middle">
      <MapStage onMap={onMap} />
      {aim && (
        <p className="aim">
          {say(aim.kind === 'place' ? 'studio.aim.place' : 'studio.aim.work')}
          <button type="button" className="chip" onClick={() => aiming.take(null)}>
            {say('studio.letgo')}
          </button>
        </p>
      )}
      {held ? <LinkCard held={held} done={done} /> : opened && <WorkCard key={opened.id} work={opened} />}
    </div>
  );
}

function Tab({ name, shown, show }: { name: Drawer; shown: boolean; show: (name: Drawer) => void }) {
  const { view } = useStudio();
  const here = view.people?.people.length ?? 0;
  return (
    <button
      type="button"
      role="tab"
      id={`tab-${name}`}
      aria-selected={shown}
      aria-controls="panel"
      tabIndex={shown ? 0 : -1}
      data-arrows
      onClick={() => show(name)}
      onDragEnter={() => show(name)}
      onKeyDown={(event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        const next = DRAWERS[(DRAWERS.indexOf(name) + step + DRAWERS.length) % DRAWERS.length] ?? name;
        show(next);
        document.getElementById(`tab-${next}`)?.focus();
      }}
    >
      {say(`studio.tab.${name}`)}
      {name === 'people' && here > 0 && <span className="tab-count">{here}</span>}
    </button>
  );
}
