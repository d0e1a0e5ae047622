/** The live picture: a square canvas that paints the room's frames, and optionally throws its light on the wall. */
import { useEffect, useRef } from 'react';
import { Screen } from '../frames';
import { Glow } from '../glow';
import type { Painter } from '../painter';
import type { Room } from '../room';
import { say } from '../texts';

type Props = { room: Room; painter: (canvas: HTMLCanvasElement) => Painter; glow?: boolean };

/** `data-seq` on the canvas is the last painted frame, for whoever watches from outside (a watchdog, a test). */
export function Picture({ room, painter, glow = false }: Props) {
  const picture = useRef<HTMLCanvasElement>(null);
  const light = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const canvas = picture.current;
    if (!canvas) return;
    const shine = light.current && new Glow(light.current);
    const screen = new Screen(painter(canvas), (frame, bitmap) => {
      room.acknowledge(frame);
      canvas.dataset['seq'] = String(frame.seq);
      if (bitmap) shine?.take(bitmap, performance.now());
    });
    const size = new ResizeObserver(() => screen.refresh());
    size.observe(canvas);
    const unfollow = room.onFrame((frame) => screen.offer(frame));
    return () => {
      unfollow();
      size.disconnect();
      screen.dispose();
    };
  }, [room, painter]);
  return (
    <>
      {glow && <canvas ref={light} className="glow" aria-hidden="true" />}
      <canvas ref={picture} className="picture" role="img" aria-label={say('alt.dream')} />
    </>
  );
}
