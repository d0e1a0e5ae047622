/** Fakes with behaviour: a clock that goes when told, a socket whose other end is the test, a browser that remembers. */
import { encode as pack } from '@msgpack/msgpack';
import type { Socket, Surroundings } from '../src/connection';
import { decode as unpack } from '@msgpack/msgpack';
import type { Frame, FromServer, People, Person, Welcome } from '../src/wire';

export class FakeTime {
  nowMs = 1_000_000;
  #timers: { dueMs: number; callback: () => void }[] = [];

  readonly now = (): number => this.nowMs;

  readonly after = (ms: number, callback: () => void): (() => void) => {
    const timer = { dueMs: this.nowMs + ms, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  };

  /** Let `ms` pass, calling everything that falls due in its order. */
  pass(ms: number): void {
    const endMs = this.nowMs + ms;
    for (;;) {
      const next = this.#timers.filter(({ dueMs }) => dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.nowMs = Math.max(this.nowMs, next.dueMs);
      next.callback();
    }
    this.nowMs = endMs;
  }
}

export class FakeSocket implements Socket {
  binaryType = 'blob';
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  sent: unknown[] = [];
  closed = false;

  send(data: Uint8Array): void {
    this.sent.push(unpack(data));
  }

  close(): void {
    this.closed = true;
  }

  /** The server's part. */
  open(): void {
    this.onopen?.();
  }

  says(message: FromServer): void {
    this.onmessage?.({ data: bytesOf(message) });
  }

  ends(code: number): void {
    this.onclose?.({ code });
  }
}

export class FakeBrowser extends FakeTime implements Surroundings {
  sockets: FakeSocket[] = [];
  memory = new Map<string, string>();
  luck = 0.5;

  readonly open = (): Socket => {
    const socket = new FakeSocket();
    this.sockets.push(socket);
    return socket;
  };

  readonly random = (): number => this.luck;
  readonly remember = (key: string, value: string): void => void this.memory.set(key, value);
  readonly recall = (key: string): string | null => this.memory.get(key) ?? null;

  /** The newest connection. */
  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error('nobody has connected');
    return socket;
  }
}

export const welcome: Welcome = {
  t: 'welcome',
  room: 'main',
  role: 'visitor',
  session: 'Ab-_0123456789abcdefGH',
  you: 'p1',
  resolution: 256,
  model: 'bundled',
  collection: 'd1',
  modes: [],
  guide: false,
};

export const people: People = {
  t: 'people',
  people: [person('p1', '#e8b04b', 0.25)],
  mode: 'together',
  paused: false,
  finders: [],
  chosen: 'together',
  by: null,
  heldS: 0,
  docent: null,
  turn: null,
  tide: null,
  ballot: null,
  blend: [],
  voyage: null,
};

export function person(id: string, colour: string, share: number, more: Partial<Person> = {}): Person {
  return { id, colour, share, active: true, remote: false, at: null, ...more };
}

export function frame(seq: number, more: Partial<Frame> = {}): Frame {
  return { t: 'frame', seq, token: 1, x: 0.5, y: 0.5, near: [], bump: null, jpeg: new Uint8Array([1]), ...more };
}

/** As the server writes it: neighbours and spots are pairs, and names of several words are Python's. */
function bytesOf(message: FromServer): ArrayBuffer {
  return pack(asServerWrites(message)).slice().buffer;
}

function asServerWrites(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asServerWrites);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  const told = Object.entries(value).map(([name, part]) => {
    if (name === 'at' && typeof part === 'object' && part !== null) return [name, [part.x, part.y]];
    if (name === 'near') return [name, (part as Frame['near']).map(({ id, closeness }) => [id, closeness])];
    return [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), asServerWrites(part)];
  });
  return Object.fromEntries(told);
}
