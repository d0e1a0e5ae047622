/**
 * One socket to a room, kept alive: hello, resume, reconnect, and silence while nobody looks.
 *
 * It knows nothing of pictures or pages: messages go to `onMessage`, its own state to `onLink`. Browser facilities are
 * passed in (`Surroundings`), so that tests replay an outage without waiting for one.
 */
import { Malformed } from './checks';
import { decode, encode, SUBPROTOCOL, type Fault, type FromClient, type FromServer, type Role, type Welcome } from './wire';

/** Full jitter between 0 and a ceiling that doubles from 0.25 s to 4 s: a restarted gallery is not stormed in one moment. */
export const FIRST_WAIT_MS = 250;
export const LONGEST_WAIT_MS = 4_000;

/** The room speaks several times a second; after this silence the line is dead even if the socket has not noticed. */
export const SILENCE_MS = 10_000;

/** A hidden page lets go after this long: shorter than the server's patience with a screen that never acknowledges. */
export const HIDDEN_MS = 10_000;

/** The close code of a room whose seats are taken: it may be watched meanwhile. */
export const FULL = 4409;

export type Link =
  | { kind: 'connecting' }
  | { kind: 'live'; welcome: Welcome }
  /** Lost, and coming back. `fault`: the server's reason in a sentence, if it gave one. */
  | { kind: 'waiting'; code: number; fault: string | null }
  /** The page is hidden; it comes back by itself when it is looked at. */
  | { kind: 'asleep' }
  /** Refused for good. */
  | { kind: 'ended'; code: number; fault: string | null };

/** What the connection needs of a WebSocket. */
export interface Socket {
  binaryType: string;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
}

export interface Surroundings {
  open(address: string, subprotocol: string): Socket;
  /** Calls back once after `ms`; the returned function cancels. */
  after(ms: number, callback: () => void): () => void;
  /** In [0, 1). */
  random(): number;
  remember(key: string, value: string): void;
  recall(key: string): string | null;
}

export type ConnectionOptions = {
  address: string;
  room: string;
  role: Role;
  /** Not in the room of the wall. */
  remote?: boolean;
  /** The guide's key, when this person has one. */
  key?: string | null;
  onMessage: (message: FromServer) => void;
  onLink: (link: Link) => void;
};

export class Connection {
  #link: Link = { kind: 'connecting' };
  #socket: Socket | null = null;
  #attempt = 0;
  #fault: Fault | null = null;
  #cancelTimer: () => void = () => {};
  #cancelHide: () => void = () => {};

  constructor(
    private readonly options: ConnectionOptions,
    private readonly around: Surroundings,
  ) {}

  get link(): Link {
    return this.#link;
  }

  /** Connect now, whatever was before: at the start, when the network is back, and when a person asks to try again. */
  start(): void {
    this.#drop();
    this.#become({ kind: 'connecting' });
    this.#fault = null;
    const socket = this.around.open(this.options.address, SUBPROTOCOL);
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.#greet(socket);
    socket.onmessage = (event) => this.#receive(event.data);
    socket.onclose = (event) => this.#closed(event.code);
    this.#expectWord();
  }

  /** Say goodbye for good (the page goes away). */
  stop(): void {
    this.#cancelHide();
    this.#drop();
  }

  /** Send if the room hears us; what cannot be sent is dropped, for only the present push and the present frame matter. */
  send(message: FromClient): boolean {
    if (this.#link.kind !== 'live' || !this.#socket) return false;
    this.#socket.send(encode(message));
    return true;
  }

  /** The page was hidden or shown. Hidden long enough, it leaves its seat to others. */
  visible(shown: boolean): void {
    this.#cancelHide();
    if (shown && this.#link.kind === 'asleep') this.start();
    if (!shown && this.#link.kind !== 'ended') this.#cancelHide = this.around.after(HIDDEN_MS, () => this.#sleep());
  }

  /** The network came back: try at once instead of waiting out the pause. */
  online(): void {
    if (this.#link.kind === 'waiting') this.start();
  }

  #greet(socket: Socket): void {
    const { room, role, remote, key } = this.options;
    const session = this.around.recall(this.#memory());
    socket.send(encode({ t: 'hello', room, role, session, ...(remote && { remote }), ...(key && { key }) }));
  }

  #receive(data: unknown): void {
    let message: FromServer;
    try {
      if (!(data instanceof ArrayBuffer)) throw new Malformed('messages are binary; found text');
      message = decode(data);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      console.warn(`message ignored: ${error.message}`);
      return;
    }
    this.#expectWord();
    if (message.t === 'welcome') {
      this.#attempt = 0;
      this.around.remember(this.#memory(), message.session);
      this.#become({ kind: 'live', welcome: message });
    } else if (message.t === 'fault') this.#fault = message;
    this.options.onMessage(message);
  }

  #closed(code: number): void {
    this.#drop();
    // A fault that was about one message and not about this close is no reason for it.
    const fault = this.#fault?.code === code ? this.#fault.message : null;
    if (code >= 4500 && code <= 4999) return this.#become({ kind: 'ended', code, fault });
    this.#become({ kind: 'waiting', code, fault });
    const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#attempt);
    this.#attempt += 1;
    this.#cancelTimer = this.around.after(this.around.random() * ceiling, () => this.start());
  }

  #sleep(): void {
    this.#drop();
    this.#become({ kind: 'asleep' });
  }

  /** Start the watch for silence anew. A half-open line never reports its own death. */
  #expectWord(): void {
    this.#cancelTimer();
    this.#cancelTimer = this.around.after(SILENCE_MS, () => this.#closed(1006));
  }

  #drop(): void {
    this.#cancelTimer();
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(1000);
  }

  #become(link: Link): void {
    this.#link = link;
    this.options.onLink(link);
  }

  /** One visit per room and role in this tab; a second tab is a second person. */
  #memory(): string {
    return `genstudio:${this.options.room}:${this.options.role}`;
  }
}

/** The browser itself. Storage may be forbidden (private windows): then a reload is a new visitor, and nothing else is lost. */
export const browser: Surroundings = {
  open: (address, subprotocol) => new WebSocket(address, subprotocol) as Socket,
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
  random: Math.random,
  remember: (key, value) => {
    try {
      sessionStorage.setItem(key, value);
    } catch {
      /* see above */
    }
  },
  recall: (key) => {
    try {
      return sessionStorage.getItem(key);
    } catch {
      return null;
    }
  },
};
