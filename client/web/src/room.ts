/**
 * A room as a page sees it: the link, who is here, what is near. A small store for React, and a tap for frames.
 *
 * Frames come many times a second and go to `onFrame` listeners, past React; the view changes only when its words would.
 */
import { browser, Connection, type Link, type Surroundings } from './connection';
import { Deeds, type Doing } from './deeds';
import type { Frame, FromClient, FromServer, Neighbour, People, Role } from './wire';

/** Names that change faster than this cannot be read. */
export const WORDS_MS = 500;

export type RoomView = {
  link: Link;
  people: People | null;
  /** Nearest first. */
  near: readonly Neighbour[];
  /** The artwork the point has settled on. */
  bump: string | null;
  /** True once a frame has come. */
  seen: boolean;
};

export class Room {
  readonly name: string;
  #view: RoomView = { link: { kind: 'connecting' }, people: null, near: [], bump: null, seen: false };
  #listeners = new Set<() => void>();
  #frameListeners = new Set<(frame: Frame) => void>();
  #linkListeners = new Set<(link: Link) => void>();
  #newest: { token: number; seq: number } = { token: -1, seq: -1 };
  #near: readonly Neighbour[] = [];
  #wordsWait = false;
  readonly #connection: Connection;
  readonly #deeds = new Deeds((message) => this.send(message));

  constructor(
    name: string,
    role: Role,
    address: string,
    private readonly around: Surroundings = browser,
    who: { remote?: boolean; key?: string | null } = {},
  ) {
    this.name = name;
    this.#connection = new Connection(
      { ...who, address, room: name, role, onMessage: (message) => this.#hear(message), onLink: (link) => this.#follow(link) },
      around,
    );
  }

  get view(): RoomView {
    return this.#view;
  }

  start(): void {
    this.#connection.start();
  }

  stop(): void {
    this.#connection.stop();
  }

  visible(shown: boolean): void {
    this.#connection.visible(shown);
  }

  online(): void {
    this.#connection.online();
  }

  send(message: FromClient): boolean {
    return this.#connection.send(message);
  }

  /** Do something beside pushing. While the link is down it is not done: a hand that moves nothing must not act later. */
  do(doing: Doing): void {
    this.#deeds.do(doing);
  }

  /** Tell the room that `frame` is on the screen. Frames of an earlier connection are nobody's business any more. */
  acknowledge(frame: Frame): void {
    const { token, seq } = this.#newest;
    if (frame.token === token && frame.seq <= seq) this.send({ t: 'ack', seq: frame.seq });
  }

  /** For React's useSyncExternalStore. */
  readonly subscribe = (listener: () => void): (() => void) => added(this.#listeners, listener);

  onFrame(listener: (frame: Frame) => void): () => void {
    return added(this.#frameListeners, listener);
  }

  onLink(listener: (link: Link) => void): () => void {
    return added(this.#linkListeners, listener);
  }

  #hear(message: FromServer): void {
    switch (message.t) {
      case 'welcome':
        // The gateway fences; what we hold ourselves against is disorder within one connection.
        this.#newest = { token: -1, seq: -1 };
        break;
      case 'frame':
        this.#take(message);
        break;
      case 'people':
        this.#change({ people: message });
        break;
      case 'fault':
        break;
      default:
        message satisfies never;
    }
  }

  #take(frame: Frame): void {
    const { token, seq } = this.#newest;
    if (frame.token < token || (frame.token === token && frame.seq <= seq)) return;
    this.#newest = { token: frame.token, seq: frame.seq };
    this.#near = frame.near;
    if (frame.bump !== this.#view.bump || !this.#view.seen) this.#change({ bump: frame.bump, near: frame.near, seen: true });
    else this.#nameLater();
    for (const listener of this.#frameListeners) listener(frame);
  }

  #nameLater(): void {
    if (this.#wordsWait || sameWords(this.#near, this.#view.near)) return;
    this.#wordsWait = true;
    this.around.after(WORDS_MS, () => {
      this.#wordsWait = false;
      if (!sameWords(this.#near, this.#view.near)) this.#change({ near: this.#near });
    });
  }

  #follow(link: Link): void {
    this.#change({ link });
    for (const listener of this.#linkListeners) listener(link);
  }

  #change(part: Partial<RoomView>): void {
    this.#view = { ...this.#view, ...part };
    for (const listener of this.#listeners) listener();
  }
}

/** True when a reader would see no difference: the same works in the same order, as close to a tenth. */
function sameWords(a: readonly Neighbour[], b: readonly Neighbour[]): boolean {
  const tenth = (value: number) => Math.round(value * 10);
  return a.length === b.length && a.every((one, i) => one.id === b[i]?.id && tenth(one.closeness) === tenth(b[i].closeness));
}

function added<T>(set: Set<T>, item: T): () => void {
  set.add(item);
  return () => {
    set.delete(item);
  };
}
