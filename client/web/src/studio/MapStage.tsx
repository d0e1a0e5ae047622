/** The map in the page: two canvases that `StudioMap` draws on, hands that move them, and a list of the works in sight. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { hasGraphicsProcessor } from '../graphics';
import { Title } from '../parts/Title';
import { useSlowly } from '../parts/use-slowly';
import { say } from '../texts';
import type { Spot } from '../wire';
import type { Work } from '../works';
import { canvasField } from './field-canvas';
import { watchHands, type Hands } from './gestures';
import { StudioMap } from './map';
import { useStudio } from './studio';

/** A list that changes faster cannot be read, nor Tab keep its place in it. */
const LIST_MS = 600;
/** More names than this are no list; the search is. */
const LISTED = 24;
/** One press of the buttons. */
const CLOSER = 1.6;

export function MapStage({ onMap }: { onMap: (map: StudioMap | null) => void }) {
  const { map } = useStudio();
  const element = useRef<HTMLDivElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const [name, setName] = useState('');
  useEffect(() => {
    if (!overlay.current) return;
    const made = new StudioMap(overlay.current);
    onMap(made);
    return () => {
      onMap(null);
      made.dispose();
    };
  }, [onMap]);
  useSize(element, map);
  useLife(map);
  useHands(element, map, setName);
  return (
    <section className="atlas" aria-label={say('studio.map')}>
      <div className="atlas-ground" ref={element} role="application" tabIndex={0} data-arrows aria-label={say('studio.map.keys')}>
        {map && <Ground map={map} />}
        <canvas className="map atlas-layer" ref={overlay} aria-hidden="true" />
        <p className="atlas-name" data-shown={name !== ''} aria-hidden="true" dir="auto">
          {name}
        </p>
      </div>
      {map && <Tools map={map} />}
      {map && <InSight map={map} />}
    </section>
  );
}

/** The canvas under the works. One on which WebGL was tried cannot be drawn on otherwise, so the other way gets a new one. */
function Ground({ map }: { map: StudioMap }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [plain, setPlain] = useState(() => !hasGraphicsProcessor());
  useEffect(() => {
    let gone = false;
    const hang = async () => {
      if (!canvas.current) return;
      if (plain) return map.field(canvasField(canvas.current));
      const loaded = await import('./field-three').catch(() => null);
      if (gone || !canvas.current) return;
      const field = loaded?.threeField(canvas.current) ?? null;
      if (field) map.field(field);
      else setPlain(true);
    };
    void hang();
    return () => {
      gone = true;
      map.field(null);
    };
  }, [map, plain]);
  return <canvas key={String(plain)} className="atlas-layer" ref={canvas} aria-hidden="true" data-plain={plain} />;
}

function useSize(element: React.RefObject<HTMLElement | null>, map: StudioMap | null): void {
  useEffect(() => {
    const watched = element.current;
    if (!map || !watched) return;
    const measure = () => map.resize(watched.clientWidth, watched.clientHeight);
    const size = new ResizeObserver(measure);
    size.observe(watched);
    measure();
    return () => size.disconnect();
  }, [element, map]);
}

/** What the room tells goes to the map past React. */
function useLife(map: StudioMap | null): void {
  const { room, view, works, me, aiming, found, opened } = useStudio();
  const [element] = useState(() => document.documentElement);
  useEffect(() => map?.works(works), [map, works]);
  useEffect(() => map?.found(found), [map, found]);
  useEffect(() => map?.selected(opened?.id ?? null), [map, opened]);
  useEffect(() => map?.people(view.people?.people ?? [], me?.id ?? null), [map, view.people, me?.id]);
  useEffect(() => map?.tour(view.people?.voyage?.works ?? []), [map, view.people?.voyage]);
  useEffect(
    () =>
      room.onFrame((frame) => {
        map?.point(frame, performance.now());
        // For whoever watches from outside (a test): where the point is.
        Object.assign(element.dataset, { x: frame.x.toFixed(4), y: frame.y.toFixed(4) });
      }),
    [room, map, element],
  );
  useEffect(() => {
    const show = () => {
      const { aim } = aiming;
      const to = aim?.kind === 'work' ? (works?.byId.get(aim.id) ?? null) : aim;
      map?.pull(to, me?.colour ?? 'currentColor');
    };
    show();
    return aiming.subscribe(show);
  }, [aiming, map, works, me?.colour]);
}

function useHands(element: React.RefObject<HTMLElement | null>, map: StudioMap | null, name: (text: string) => void): void {
  const { room, aiming, open } = useStudio();
  const pullTo = useCallback((spot: Spot | null) => spot && aiming.take({ kind: 'place', ...spot, stay: false }), [aiming]);
  useEffect(() => {
    const watched = element.current;
    if (!map || !watched) return;
    const hands: Hands = {
      pan: (dx, dy) => map.pan(dx, dy),
      zoom: (factor, at) => map.zoom(factor, at),
      whole: () => map.whole(),
      tap: (at) => {
        const work = map.workAt(at);
        if (work) open(work);
        else pullTo(map.placeAt(at));
      },
      hover: (at) => {
        const work = at && map.workAt(at);
        name(work ? work.title || say('work.untitled') : '');
        const spot = at && map.placeAt(at);
        if (spot) room.do({ t: 'cursor', ...spot });
      },
      open: () => open(map.middle.work),
      pull: () => pullTo(map.middle.spot),
      letGo: () => aiming.take(null),
    };
    return watchHands(watched, hands);
  }, [element, map, room, aiming, open, name, pullTo]);
}

function Tools({ map }: { map: StudioMap }) {
  const followed = useChanging(map, () => map.followed);
  return (
    <div className="atlas-tools">
      <button type="button" className="tool" onClick={() => map.zoom(CLOSER)} aria-label={say('studio.zoom.in')}>
        +
      </button>
      <button type="button" className="tool" onClick={() => map.zoom(1 / CLOSER)} aria-label={say('studio.zoom.out')}>
        −
      </button>
      <button type="button" className="tool tool-wide" onClick={() => map.whole()}>
        {say('studio.zoom.whole')}
      </button>
      <button
        type="button"
        className="tool tool-wide"
        aria-pressed={followed === 'point'}
        onClick={() => map.follow(followed === 'point' ? null : 'point')}
      >
        {say('studio.follow.point')}
      </button>
    </div>
  );
}

/** The same works as on the map, for ears and for keys. */
function InSight({ map }: { map: StudioMap }) {
  const { open } = useStudio();
  const [shown, setShown] = useState(false);
  const listed = useSlowly(useChanging(map, () => map.sight), LIST_MS);
  const works: readonly Work[] = shown && listed ? map.listed().slice(0, LISTED) : [];
  return (
    <details className="insight" onToggle={(event) => setShown(event.currentTarget.open)}>
      <summary>{say('studio.insight')}</summary>
      <ul>
        {works.map((work) => (
          <li key={work.id}>
            <button type="button" className="plain" onClick={() => open(work)}>
              <Title>{work.title || say('work.untitled')}</Title>
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Something of the map that React shows, read anew when the map says that it changed. */
export function useChanging<T>(map: StudioMap, read: () => T): T {
  const [value, setValue] = useState(read);
  useEffect(() => {
    const look = () => setValue(read);
    look();
    return map.onChange(look);
  }, [map]);
  return value;
}
