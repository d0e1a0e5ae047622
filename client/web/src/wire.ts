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
/** Who moves the picture: all by the law, one at a time, the most votes, one guide, the sliders, nobody. */
export const MODES = ['together', 'lead', 'vote', 'docent', 'blend', 'ambient'] as const;
export const HANDLINGS = ['add', 'remove', 'weigh', 'nudge', 'lock', 'unlock', 'let_go', 'equal', 'clear', 'undo'] as const;
/** Works in one blend, and in one tour. */
export const MAX_PORTIONS = 8;
export const MAX_STOPS = 32;
export type Role = (typeof ROLES)[number];
export type Mode = (typeof MODES)[number];
export type Handling = (typeof HANDLINGS)[number];

// -- from a page --------------------------------------------------------------------------------------------------

export type Hello = { t: 'hello'; room: string; role: Role; session?: string | null; remote?: boolean; key?: string | null };
/** A direction in the unit disc; y grows downward. */
export type Stick = { t: 'stick'; seq: number; x: number; y: number };
/** A place on the map, in [0, 1]^2. */
export type Place = { t: 'place'; seq: number; x: number; y: number };
export type WorkPull = { t: 'work'; seq: number; id: string };
export type Release = { t: 'release'; seq: number };
export type Ack = { t: 'ack'; seq: number };
/** Where this person points without pulling. */
export type Cursor = { t: 'cursor'; seq: number; x: number; y: number };
export type Vote = { t: 'vote'; seq: number; id: string | null };
/** `equal`, `clear` and `undo` name no work; `amount` is a weight for `weigh`, a difference for `nudge`. */
export type Edit = { t: 'edit'; seq: number; do: Handling; id?: string; amount?: number };
/** A whole blend, as a link carries it: [id, weight] each. */
export type Bring = { t: 'bring'; seq: number; portions: readonly (readonly [string, number])[] };
export type Ride = { t: 'ride'; seq: number; works: readonly string[] };
export type ChooseMode = { t: 'mode'; seq: number; mode: Mode };
export type Deed = Cursor | Vote | Edit | Bring | Ride | ChooseMode;
export type FromClient = Hello | Stick | Place | WorkPull | Release | Deed | Ack;

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
  /** Those that this person may choose. */
  modes: readonly Mode[];
  guide: boolean;
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
export type Spot = { x: number; y: number };
export type Person = {
  id: string;
  colour: string;
  share: number;
  active: boolean;
  /** Not in the room of the wall. */
  remote: boolean;
  /** Where they pull to, or else point. */
  at: Spot | null;
};
/** Whose turn it is to lead, and who has been told that theirs comes. */
export type Turn = { lead: string | null; leftS: number; next: string | null; nextS: number };
/** (x, y): the direction of length 1 in which they pull. `part`: of the time. */
export type Camp = { people: readonly string[]; x: number; y: number; part: number };
export type Tide = { camps: readonly Camp[]; turn: number; leftS: number };
export type Tally = { id: string; people: readonly string[] };
/** Most votes first; works without votes are suggestions. `going`: the last winner, where the wall goes or rests. */
export type Ballot = { tallies: readonly Tally[]; leftS: number; going: string | null };
/** `hand`: who moved it last, while they hold it. */
export type Slider = { id: string; weight: number; locked: boolean; hand: string | null };
export type Voyage = { works: readonly string[]; at: number };
export type People = {
  t: 'people';
  people: readonly Person[];
  mode: Mode;
  paused: boolean;
  finders: readonly string[];
  /** What `ambient` gives way to at the next touch. */
  chosen: Mode;
  /** Who chose it, and for how long that holds against other visitors. */
  by: string | null;
  heldS: number;
  docent: string | null;
  turn: Turn | null;
  tide: Tide | null;
  ballot: Ballot | null;
  /** The shared blend, in every mode; empty when there is none. */
  blend: readonly Slider[];
  voyage: Voyage | null;
};
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
    case 'cursor':
      whole(message.seq, 'cursor.seq');
      number(message.x, 'cursor.x');
      number(message.y, 'cursor.y');
      break;
    case 'vote':
      whole(message.seq, 'vote.seq');
      if (message.id !== null) checkName(message.id, 'vote.id');
      break;
    case 'edit':
      whole(message.seq, 'edit.seq');
      oneOf(message.do, 'edit.do', HANDLINGS);
      if (message.id !== undefined) checkName(message.id, 'edit.id');
      if (message.amount !== undefined) number(message.amount, 'edit.amount');
      break;
    case 'bring':
      whole(message.seq, 'bring.seq');
      for (const [id, weight] of list(message.portions, 'bring.portions', MAX_PORTIONS) as Bring['portions']) {
        checkName(id, 'bring id');
        number(weight, 'bring weight');
      }
      break;
    case 'ride':
      whole(message.seq, 'ride.seq');
      for (const id of list(message.works, 'ride.works', MAX_STOPS)) checkName(text(id, 'ride id'), 'ride id');
      break;
    case 'mode':
      whole(message.seq, 'mode.seq');
      oneOf(message.mode, 'mode.mode', MODES);
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
    modes: list(message['modes'] ?? [], 'welcome.modes', MODES.length).map((mode) => oneOf(mode, 'welcome mode', MODES)),
    guide: flag(message['guide'] ?? false, 'welcome.guide'),
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
    finders: ids(message['finders'], 'people.finders'),
    chosen: oneOf(message['chosen'] ?? 'together', 'people.chosen', MODES),
    by: textOrNull(message['by'], 'people.by'),
    heldS: number(message['held_s'] ?? 0, 'people.held_s'),
    docent: textOrNull(message['docent'], 'people.docent'),
    turn: some(message['turn'], readTurn),
    tide: some(message['tide'], readTide),
    ballot: some(message['ballot'], readBallot),
    blend: list(message['blend'] ?? [], 'people.blend', MAX_PORTIONS).map(readSlider),
    voyage: some(message['voyage'], readVoyage),
  };
}

function readTurn(turn: Fields): Turn {
  return {
    lead: textOrNull(turn['lead'], 'turn.lead'),
    leftS: number(turn['left_s'], 'turn.left_s'),
    next: textOrNull(turn['next'], 'turn.next'),
    nextS: number(turn['next_s'], 'turn.next_s'),
  };
}

function readTide(tide: Fields): Tide {
  const camps = list(tide['camps'], 'tide.camps', 2).map((value): Camp => {
    const camp = fields(value, 'camp');
    const [x, y, part] = [number(camp['x'], 'camp.x'), number(camp['y'], 'camp.y'), number(camp['part'], 'camp.part')];
    return { people: ids(camp['people'], 'camp.people'), x, y, part };
  });
  return { camps, turn: whole(tide['turn'], 'tide.turn'), leftS: number(tide['left_s'], 'tide.left_s') };
}

function readBallot(ballot: Fields): Ballot {
  const tallies = list(ballot['tallies'], 'ballot.tallies', MAX_PEOPLE).map((value): Tally => {
    const tally = fields(value, 'tally');
    return { id: text(tally['id'], 'tally.id'), people: ids(tally['people'], 'tally.people') };
  });
  return { tallies, leftS: number(ballot['left_s'], 'ballot.left_s'), going: textOrNull(ballot['going'], 'ballot.going') };
}

function readSlider(value: unknown): Slider {
  const slider = fields(value, 'slider');
  return {
    id: text(slider['id'], 'slider.id'),
    weight: number(slider['weight'], 'slider.weight'),
    locked: flag(slider['locked'], 'slider.locked'),
    hand: textOrNull(slider['hand'], 'slider.hand'),
  };
}

function readVoyage(voyage: Fields): Voyage {
  return { works: ids(voyage['works'], 'voyage.works'), at: whole(voyage['at'], 'voyage.at') };
}

function ids(value: unknown, what: string): readonly string[] {
  return list(value, what, MAX_PEOPLE).map((id) => text(id, what));
}

/** A part that may be missing. */
function some<T>(value: unknown, read: (part: Fields) => T): T | null {
  return value === undefined || value === null ? null : read(fields(value, 'a part of people'));
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
    remote: flag(person['remote'] ?? false, 'person.remote'),
    at: readSpot(person['at']),
  };
}

function readSpot(value: unknown): Spot | null {
  if (value === undefined || value === null) return null;
  const [x, y] = list(value, 'person.at', 2);
  return { x: number(x, 'person.at'), y: number(y, 'person.at') };
}

function checkName(value: string, what: string): void {
  const length = [...text(value, what)].length; // in characters, as the server counts, not in UTF-16 halves
  if (length < 1 || length > MAX_NAME_LENGTH) throw new Malformed(`${what} must have 1 to ${MAX_NAME_LENGTH} characters; found ${length}`);
}
