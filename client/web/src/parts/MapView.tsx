/** The map as an element. It follows the room by itself; `children` of its owner may drive it further through `onChart`. */
import { useEffect, useRef } from 'react';
import { Chart } from '../chart';
import type { Room } from '../room';
import { say } from '../texts';
import type { Works } from '../works';

type Props = { room: Room; works: Works | null; onChart?: (chart: Chart | null) => void };

/** `data-x` and `data-y` tell the point's place to whoever watches from outside. */
export function MapView({ room, works, onChart }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<Chart | null>(null);
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const drawn = new Chart(element);
    chart.current = drawn;
    onChart?.(drawn);
    const size = new ResizeObserver(() => drawn.resize());
    size.observe(element);
    const unfollow = room.onFrame(({ x, y, near, bump }) => {
      drawn.point({ x, y }, near, bump, performance.now());
      element.dataset['x'] = x.toFixed(4);
      element.dataset['y'] = y.toFixed(4);
    });
    return () => {
      unfollow();
      size.disconnect();
      chart.current = null;
      onChart?.(null);
    };
  }, [room, onChart]);
  useEffect(() => chart.current?.works(works), [works, onChart]);
  return <canvas ref={canvas} className="map" role="img" aria-label={say('alt.map')} />;
}
