/** Makes jsdom enough of a browser for a whole page: sockets whose other end is the test, an API, and nothing to paint on. */
import { act, cleanup } from '@testing-library/react';
import { afterEach, beforeEach, vi } from 'vitest';
import type { FromServer } from '../src/wire';
import type { Work } from '../src/works';
import { FakeSocket, welcome } from './fakes';

export type Page = {
  /** The newest socket that the page opened. */
  readonly socket: FakeSocket;
  /** What the server says, and React's answer to it. */
  says(...messages: FromServer[]): Promise<void>;
  works: Partial<Work>[];
};

let digest = 0;

/** To be called once at the top of a test file; the page is new for every test. */
export function pretendPage(): Page {
  let sockets: FakeSocket[] = [];
  const page: Page = {
    works: [],
    get socket() {
      const socket = sockets.at(-1);
      if (!socket) throw new Error('the page has opened no socket');
      return socket;
    },
    says: (...messages) =>
      act(async () => {
        for (const message of messages) page.socket.says(message);
        await vi.dynamicImportSettled();
      }),
  };
  beforeEach(() => {
    sockets = [];
    page.works = [];
    sessionStorage.clear();
    digest += 1;
    vi.stubGlobal('WebSocket', function open() {
      sockets.push(new FakeSocket());
      return page.socket;
    });
    vi.stubGlobal('ResizeObserver', class { observe() {} disconnect() {} });
    vi.stubGlobal('PointerEvent', class extends MouseEvent { readonly isPrimary = true; readonly pointerId = 1; });
    vi.stubGlobal('createImageBitmap', async () => ({ close() {} }));
    vi.stubGlobal('fetch', async (address: string) =>
      Response.json(
        address.endsWith('/works')
          ? { digest: `d${digest}`, works: page.works }
          : { model: 'bundled', resolution: 256, join: 'http://gallery:8000/join' },
      ),
    );
    HTMLCanvasElement.prototype.getContext = () => null;
    HTMLElement.prototype.setPointerCapture = HTMLElement.prototype.releasePointerCapture = () => {};
    HTMLElement.prototype.hasPointerCapture = () => true;
  });
  afterEach(() => {
    cleanup();
    vi.unstubAllGlobals();
  });
  return page;
}

/** A welcome to a collection that no earlier test has fetched. */
export function greeting(): FromServer {
  return { ...welcome, collection: `d${digest}` };
}

export function work(id: string, title: string, more: Partial<Work> = {}): Partial<Work> {
  return { id, title, artist: 'Jan Steen (Dutch, 1626–1679)', date: '1665', medium: 'Oil on canvas', credit: 'Gift', x: 0.2, y: 0.4, ...more };
}
