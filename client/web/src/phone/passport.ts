/** The works that this person helped to find, in any visit: kept on this device and told to nobody. */
import { list, text } from '../checks';
import type { Found } from '../search';

/** More than a museum shows in a year of visits; a device's memory is shared by all pages of this origin. */
const MOST = 2_000;

const keyOf = (room: string) => `genstudio:passport:${room}`;

/** What a device keeps between visits; private windows may forbid it. */
export type Drawer = Pick<Storage, 'getItem' | 'setItem'>;

/** Ids, the newest last. */
export function passportOf(room: string, drawer: Drawer | null = ownDrawer()): readonly string[] {
  try {
    return list(JSON.parse(drawer?.getItem(keyOf(room)) ?? '[]'), 'passport', MOST).map((id) => text(id, 'passport'));
  } catch {
    return [];
  }
}

/** One more work; one that is in it already stays where it is. */
export function stamp(room: string, id: string, drawer: Drawer | null = ownDrawer()): void {
  const before = passportOf(room, drawer);
  if (before.includes(id)) return;
  try {
    drawer?.setItem(keyOf(room), JSON.stringify([...before, id].slice(-MOST)));
  } catch {
    /* full or forbidden: the visit goes on without */
  }
}

/** Those found least often in the room come first, then those found last; `found`: how often the room found each. */
export function rarestFirst(ids: readonly string[], found: readonly Found[]): readonly { id: string; times: number | null }[] {
  const times = new Map(found.map((one) => [one.id, one.times]));
  const newest = ids.map((id) => ({ id, times: times.get(id) ?? null })).reverse();
  return newest.sort((a, b) => (a.times ?? 1) - (b.times ?? 1)); // a room that has just begun to count saw it once
}

function ownDrawer(): Drawer | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
