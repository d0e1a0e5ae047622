/** The collection's works, fetched once per digest: title, label, place on the map. Not their pictures. */
import { fields, list, number, text, type Fields } from './checks';
import { roomApi } from './address';

export type Work = {
  id: string;
  title: string;
  artist: string;
  date: string;
  medium: string;
  museum: string;
  department: string;
  credit: string;
  license: string;
  link: string;
  /** Path of its picture on this server; '' when there is none. It may take a while to come from its museum. */
  image: string;
  /** The picture lies with the server: to load it asks no museum. */
  atHand: boolean;
  /** base64 */
  thumbhash: string;
  width: number;
  height: number;
  /** Its place on the map, in [0, 1]^2. */
  x: number;
  y: number;
};

export type Works = { digest: string; all: readonly Work[]; byId: ReadonlyMap<string, Work> };

/** As many as one page holds in memory with ease; the map stays smooth to 10,000. */
const MAX_WORKS = 100_000;

const fetched = new Map<string, Promise<Works>>();

/** The works of a room. A failed attempt is forgotten, so that the next call tries again. Rejects with Error or Malformed. */
export function worksOf(room: string, digest: string, get: typeof fetch = fetch): Promise<Works> {
  const key = `${room}\n${digest}`;
  let works = fetched.get(key);
  if (!works) {
    works = fetchWorks(room, get);
    fetched.set(key, works);
    works.catch(() => fetched.delete(key));
  }
  return works;
}

async function fetchWorks(room: string, get: typeof fetch): Promise<Works> {
  const answer = await get(`${roomApi(room)}/works`);
  if (!answer.ok) throw new Error(`the works of room ${room} could not be read: HTTP ${answer.status}`);
  const body = fields(await answer.json(), 'works answer');
  const all = list(body['works'], 'works', MAX_WORKS).map(readWork);
  return { digest: text(body['digest'], 'digest'), all, byId: new Map(all.map((work) => [work.id, work])) };
}

function readWork(value: unknown): Work {
  const work = fields(value, 'work');
  const told = (name: string) => toldText(work, name);
  return {
    id: text(work['id'], 'work.id'),
    title: told('title'),
    artist: told('artist'),
    date: told('date'),
    medium: told('medium'),
    museum: told('museum'),
    department: told('department'),
    credit: told('credit'),
    license: told('license'),
    link: webAddress(told('link')),
    image: ownPath(told('image')),
    atHand: work['at_hand'] === true,
    thumbhash: told('thumbhash'),
    width: number(work['width'] ?? 0, 'work.width'),
    height: number(work['height'] ?? 0, 'work.height'),
    x: number(work['x'], 'work.x'),
    y: number(work['y'], 'work.y'),
  };
}

function toldText(work: Fields, name: string): string {
  const value = work[name];
  return value === undefined || value === null ? '' : text(value, `work.${name}`);
}

/** A collection's table was written by strangers: a link may lead to the web, never run a script. */
function webAddress(address: string): string {
  return /^https?:\/\//i.test(address) ? address : '';
}

/** Pictures come from this server alone: no page tells a museum who is looking. */
function ownPath(path: string): string {
  return /^\/[^/\\]/.test(path) ? path : '';
}
