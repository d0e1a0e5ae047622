/** What the page's own address says: the room, and where its socket and its API are. Everything stays on this origin. */
import { MAX_NAME_LENGTH } from './wire';

export const DEFAULT_ROOM = 'main';

export function roomOf(location: Pick<Location, 'search'>): string {
  const named = new URLSearchParams(location.search).get('room') ?? '';
  return [...named].slice(0, MAX_NAME_LENGTH).join('') || DEFAULT_ROOM;
}

export function socketAddress(location: Pick<Location, 'protocol' | 'host'>): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`;
}

export function roomApi(room: string): string {
  return `/api/rooms/${encodeURIComponent(room)}`;
}

export function qrAddress(room: string): string {
  return `/qr.svg?room=${encodeURIComponent(room)}`;
}

/** `/`, `/wall`, `/join` or `/studio`, with the room named only where it is not the usual one: the address is read aloud and typed. */
export function pageAddress(page: 'start' | 'wall' | 'join' | 'studio', room: string): string {
  const path = page === 'start' ? '/' : `/${page}`;
  return room === DEFAULT_ROOM ? path : `${path}?room=${encodeURIComponent(room)}`;
}
