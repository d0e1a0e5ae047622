/** Where the point is, in words: "Between a goblet and a helmet". For eyes with titles in italics, for ears as plain text. */
import type { ReactNode } from 'react';
import type { RoomView } from '../room';
import { say, sayWith, type Key } from '../texts';
import type { Works } from '../works';
import { Title } from './Title';

/** From this closeness down a second work is not worth its name. */
const SECOND = 0.15;

type Place = { key: Key; titles: Readonly<Record<string, string>> };

export function placeOf({ near, bump }: Pick<RoomView, 'near' | 'bump'>, works: Works | null): Place {
  const title = (id: string | undefined) => (id === undefined ? undefined : works?.byId.get(id)?.title);
  const at = title(bump ?? undefined);
  if (at) return { key: 'place.at', titles: { a: at } };
  const [first, second] = near;
  const a = title(first?.id);
  const b = second && second.closeness > SECOND ? title(second.id) : undefined;
  if (a && b && a !== b) return { key: 'place.between', titles: { a, b } };
  return a ? { key: 'place.near', titles: { a } } : { key: 'place.nowhere', titles: {} };
}

export function placeText(place: Place): string {
  return say(place.key, place.titles);
}

export function placeWords(place: Place): ReactNode {
  const parts = Object.entries(place.titles).map(([gap, title]) => [gap, <Title key={gap}>{title}</Title>] as const);
  return sayWith(place.key, Object.fromEntries(parts));
}
