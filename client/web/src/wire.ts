/**
 * Every message between a page and the server, and the one way to read and write it (docs/SPEC.md, rules W1 ...).
 *
 * MessagePack maps with a tag `t`. Unknown fields are ignored: an older phone and a newer gallery understand each other.
 * Pure: no socket, no clock.
 */
import { decode as unpack, encode as pack } from '@msgpack/msgpack';
import { bytes, fields, flag, list, Malformed, number, oneOf, text, textOrNull, whole, type Fields } from './checks';

export const SUBPROTOCOL = 'genstudio.v1';
export const MAX_NAME_LENGTH = 64;

export const ROLES = ['visitor', 'wall', 'viewer'] as const;
export const MODES = ['together', 'ambient'] as const;
export type Role = (typeof ROLES)[number];
export type Mode = (typeof MODES)[number];

// -- from a page --------------------------------------------------------------------------------------------------

export type Hello = { t: 'hello'; room: string; role: Role; session?: string | null };
/** A direction in the unit disc; y grows downward. */
export type Stick = { t: 'stick'; seq: number; x: number; y: number };
/** A place on the map, in [0, 1]^2. */
export type Place = { t: 'place'; seq: number; x: number; y: number };
export type WorkPull = { t: 'work'; seq: number; id: string };
export type Release = { t: 'release'; seq: number };
export type Ack = { t: 'ack'; seq: number };
export type FromClient = Hello | Stick | Place | WorkPull | Release | Ack;

// -- to a page ----------------------------------------------------------------------------------------------------

export type Welcome = {
  t: 'welcome';
  room: string;
  role: Role;
  session: string;
  you: string;
  resolution: number;
  model: string;
  collection: string;
};
/** Closeness 1 is the work itself, 0 is far. */
export type Neighbour = { id: string; closeness: number };
export type Frame = {
  t: 'frame';
  seq: number;
  token: number;
  x: number;
  y: number;
  near: readonly Neighbour[];
  bump: string | null;
  jpeg: Uint8Array<ArrayBuffer>;
};
export type Person = { id: string; colour: string; share: number; active: boolean };
export type People = { t: 'people'; people: readonly Person[]; mode: Mode; paused: boolean; finders: readonly string[] };
export type Fault = { t: 'fault'; code: number; message: string };
export type FromServer = Welcome | Frame | People | Fault;

/** Limits before anything is built: a 4-byte header can promise four thousand million entries. */
const LIMITS = { maxStrLength: 4_096, maxBinLength: 8_388_608, maxArrayLength: 1_024, maxMapLength: 32, maxExtLength: 0 };
const MAX_PEOPLE = 1_024;
const MAX_NEAR = 16;

/** Write a message. Throws Malformed on one that the server would refuse, so that the mistake shows where it was made. */
export function encode(message: FromClient): Uint8Array<ArrayBuffer> {
  switch (message.t) {
    case 'hello':
      checkName(message.room, 'hello.room');
      oneOf(message.role, 'hello.role', ROLES);
      break;
    case 'stick':
    case 'place':
      whole(message.seq, `${message.t}.seq`);
      number(message.x, `${message.t}.x`);
      number(message.y, `${message.t}.y`);
      break;
    case 'work':
      whole(message.seq, 'work.seq');
      checkName(message.id, 'work.id');
      break;
    case 'release':
    case 'ack':
      whole(message.seq, `${message.t}.seq`);
      break;
    default:
      message satisfies never;
  }
  return pack(message);
}

/** Read what the server sent. Throws Malformed, and nothing else, on anything that is not a known message. */
export function decode(data: ArrayBuffer | Uint8Array): FromServer {
  const message = fields(unpacked(data), 'message');
  const t = oneOf(message['t'], 'message.t', ['welcome', 'frame', 'people', 'fault']);
  switch (t) {
    case 'welcome':
      return readWelcome(message);
    case 'frame':
      return readFrame(message);
    case 'people':
      return readPeople(message);
    case 'fault':
      return { t, code: whole(message['code'], 'fault.code'), message: text(message['message'], 'fault.message') };
    default:
      return t satisfies never;
  }
}

function unpacked(data: ArrayBuffer | Uint8Array): unknown {
  try {
    return unpack(data, LIMITS);
  } catch (error) {
    throw new Malformed(`not MessagePack within our limits: ${String(error)}`, { cause: error });
  }
}

function readWelcome(message: Fields): Welcome {
  return {
    t: 'welcome',
    room: text(message['room'], 'welcome.room'),
    role: oneOf(message['role'], 'welcome.role', ROLES),
    session: text(message['session'], 'welcome.session'),
    you: text(message['you'], 'welcome.you'),
    resolution: whole(message['resolution'], 'welcome.resolution'),
    model: text(message['model'], 'welcome.model'),
    collection: text(message['collection'], 'welcome.collection'),
  };
}

function readFrame(message: Fields): Frame {
  return {
    t: 'frame',
    seq: whole(message['seq'], 'frame.seq'),
    token: whole(message['token'], 'frame.token'),
    x: number(message['x'], 'frame.x'),
    y: number(message['y'], 'frame.y'),
    near: list(message['near'], 'frame.near', MAX_NEAR).map(readNeighbour),
    bump: textOrNull(message['bump'], 'frame.bump'),
    jpeg: bytes(message['jpeg'], 'frame.jpeg'),
  };
}

function readNeighbour(value: unknown): Neighbour {
  const [id, closeness] = list(value, 'frame.near entry', 8);
  return { id: text(id, 'near id'), closeness: number(closeness, 'near closeness') };
}

function readPeople(message: Fields): People {
  return {
    t: 'people',
    people: list(message['people'], 'people.people', MAX_PEOPLE).map(readPerson),
    mode: oneOf(message['mode'], 'people.mode', MODES),
    paused: flag(message['paused'], 'people.paused'),
    finders: list(message['finders'], 'people.finders', MAX_PEOPLE).map((id) => text(id, 'finder')),
  };
}

function readPerson(value: unknown): Person {
  const person = fields(value, 'person');
  const colour = text(person['colour'], 'person.colour');
  if (!/^#[0-9a-f]{6}$/i.test(colour)) throw new Malformed(`person.colour must be #rrggbb; found ${colour.slice(0, 40)}`);
  return {
    id: text(person['id'], 'person.id'),
    colour,
    share: number(person['share'], 'person.share'),
    active: flag(person['active'], 'person.active'),
  };
}

function checkName(value: string, what: string): void {
  const length = [...text(value, what)].length; // in characters, as the server counts, not in UTF-16 halves
  if (length < 1 || length > MAX_NAME_LENGTH) throw new Malformed(`${what} must have 1 to ${MAX_NAME_LENGTH} characters; found ${length}`);
}
