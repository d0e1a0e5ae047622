/** The shared blend under this person's hand: `[sliders to draw, what the hand can do]`. See `blend.ts`. */
import { useEffect, useReducer, useState } from 'react';
import { ECHO_MS, Hand } from '../blend';
import type { Room } from '../room';
import type { Slider } from '../wire';

const next = (count: number) => count + 1;

/** `told`: `People.blend`. Draws at once what the hand does, and again when the room's word counts once more. */
export function useBlend(room: Room, told: readonly Slider[]): readonly [readonly Slider[], Hand] {
  const [moves, moved] = useReducer(next, 0);
  const [, heard] = useReducer(next, 0);
  const [hand] = useState(
    () =>
      new Hand((doing) => {
        room.do(doing);
        moved();
      }),
  );
  useEffect(() => {
    const timer = window.setTimeout(heard, ECHO_MS);
    return () => window.clearTimeout(timer);
  }, [moves]);
  return [hand.shown(told), hand];
}
