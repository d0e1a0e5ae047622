import { decode as unpack, encode as pack } from '@msgpack/msgpack';
import { describe, expect, test } from 'vitest';
import golden from '../../../tests/golden/wire.json?raw';
import { Malformed } from '../src/checks';
import { decode, encode, type FromClient } from '../src/wire';

type Entry = { name: string; direction: 'client' | 'server'; hex: string; value: Record<string, unknown> };

const entries = JSON.parse(golden) as Entry[];
const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hexOf = (data: Uint8Array) => Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** What the server leaves out because it is what is usual. */
const USUAL: Readonly<Record<string, Record<string, unknown>>> = {
  welcome: { modes: [], guide: false },
  people: { chosen: 'together', by: null, heldS: 0, docent: null, turn: null, tide: null, ballot: null, blend: [], voyage: null },
};

/** Names on the wire are Python's. */
function ours(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ours);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name.replace(/_(\w)/, (_, c: string) => c.toUpperCase()), ours(part)]));
}

/** `{"$bytes": hex}` stands for bytes, and a neighbour and a spot on the wire are pairs. */
function valueOf(entry: Entry): unknown {
  const { near, jpeg, people, ...rest } = ours(entry.value) as {
    t: string;
    near?: [string, number][];
    jpeg?: { $bytes: string };
    people?: { at?: [number, number] }[];
  };
  return {
    ...USUAL[rest.t],
    ...rest,
    ...(people && { people: people.map(({ at, ...person }) => ({ remote: false, ...person, at: at ? { x: at[0], y: at[1] } : null })) }),
    ...(near && { near: near.map(([id, closeness]) => ({ id, closeness })) }),
    ...(jpeg && { jpeg: bytes(jpeg.$bytes) }),
  };
}

/** JavaScript has one kind of number and writes 1.0 as the integer 1; both are the same message. */
const asJavaScriptWrites = (entry: Entry) => !entry.name.includes('as floats') && !entry.name.includes('as a float');

describe('golden bytes', () => {
  const ofClient = entries.filter(({ direction }) => direction === 'client');
  const ofServer = entries.filter(({ direction }) => direction === 'server');

  test('there are some of both directions', () => {
    expect(ofClient.length).toBeGreaterThan(10);
    expect(ofServer.length).toBeGreaterThan(5);
  });

  test.each(ofClient)('$name: we write the same message', (entry) => {
    const written = encode(entry.value as FromClient);
    expect(unpack(written)).toEqual(unpack(bytes(entry.hex)));
    if (asJavaScriptWrites(entry)) expect(hexOf(written)).toBe(entry.hex);
  });

  test.each(ofServer)('$name: we read it', (entry) => {
    expect(decode(bytes(entry.hex))).toEqual(valueOf(entry));
  });

  test.each(ofServer)('$name: cut short anywhere it is refused, and nothing else happens', (entry) => {
    const whole = bytes(entry.hex);
    for (let length = 0; length < whole.length; length++) expect(() => decode(whole.slice(0, length))).toThrow(Malformed);
  });
});

describe('what we refuse', () => {
  const frame = { t: 'frame', seq: 1, token: 1, x: 0.5, y: 0.5, near: [], bump: null, jpeg: new Uint8Array() };
  const person = { id: 'p', colour: '#aabbcc', share: 0.1, active: true };
  const people = { t: 'people', people: [person], mode: 'together', paused: false, finders: [] };

  test('the examples that the cases below spoil are good', () => {
    expect(decode(pack(frame)).t).toBe('frame');
    expect(decode(pack(people)).t).toBe('people');
  });

  test.each<[string, unknown]>([
    ['a list', [1]],
    ['no tag', {}],
    ['an unknown tag', { t: 'hello' }],
    ['a place that is no number', { ...frame, x: 'left' }],
    ['a place that is not finite', { ...frame, y: Number.NaN }],
    ['a negative seq', { ...frame, seq: -1 }],
    ['a seq beyond 2^53', { ...frame, seq: 2 ** 60 }],
    ['a neighbour without closeness', { ...frame, near: [['a']] }],
    ['more neighbours than there can be', { ...frame, near: Array(17).fill(['a', 0]) }],
    ['a picture that is text', { ...frame, jpeg: 'ffd8' }],
    ['a colour that would be markup', { ...people, people: [{ ...person, colour: 'red;}' }] }],
    ['an unknown mode', { ...people, mode: 'tide' }],
    ['a missing flag', { ...people, paused: undefined }],
  ])('from the server: %s', (_, message) => {
    expect(() => decode(pack(message))).toThrow(Malformed);
  });

  test('an array header that promises four thousand million entries is refused before any is made', () => {
    expect(() => decode(Uint8Array.of(0xdd, 0xff, 0xff, 0xff, 0xff))).toThrow(/limits: .*exceeded/);
  });

  test('fields from the future are ignored', () => {
    expect(decode(pack({ ...frame, tide: 3 }))).toEqual(decode(pack(frame)));
  });

  test.each<[string, FromClient]>([
    ['a place that is not finite', { t: 'place', seq: 1, x: Number.NaN, y: 0 }],
    ['a seq that is not whole', { t: 'ack', seq: 1.5 }],
    ['a work without a name', { t: 'work', seq: 1, id: '' }],
    ['a room of 65 characters', { t: 'hello', room: 'r'.repeat(65), role: 'wall', session: null }],
  ])('from ourselves: %s', (_, message) => {
    expect(() => encode(message)).toThrow(Malformed);
  });

  test('a name is counted in characters, as the server counts', () => {
    expect(() => encode({ t: 'work', seq: 1, id: '🎨'.repeat(64) })).not.toThrow();
  });
});
