/** What every part of the studio works with, handed down once. */
import { createContext, useContext } from 'react';
import type { Hand } from '../blend';
import type { Room, RoomView } from '../room';
import type { Asking } from '../search';
import type { Person, Slider } from '../wire';
import type { Work, Works } from '../works';
import type { Aiming } from './aim';
import type { StudioMap } from './map';

export type Studio = {
  room: Room;
  view: RoomView;
  works: Works | null;
  /** This person, once the room knows them. */
  me: Person | null;
  asking: Asking;
  aiming: Aiming;
  /** The blend as this hand sees it. */
  sliders: readonly Slider[];
  hand: Hand;
  map: StudioMap | null;
  /** The work whose card is open. */
  opened: Work | null;
  open(work: Work | null): void;
  /** Show what looks like a work, or like a guest. */
  alike(id: string): void;
  /** Times each work was found here. */
  found: ReadonlyMap<string, number>;
};

export const StudioContext = createContext<Studio | null>(null);

export function useStudio(): Studio {
  const studio = useContext(StudioContext);
  if (!studio) throw new Error('outside the studio');
  return studio;
}
