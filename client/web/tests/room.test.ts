import { beforeEach, expect, test } from 'vitest';
import { Room, WORDS_MS } from '../src/room';
import type { Frame } from '../src/wire';
import { FakeBrowser, frame, people, welcome } from './fakes';

let browser: FakeBrowser;
let room: Room;
let shown: number[];

beforeEach(() => {
  browser = new FakeBrowser();
  room = new Room('main', 'wall', 'ws://wall/ws', browser);
  shown = [];
  room.onFrame(({ seq }: Frame) => shown.push(seq));
  room.start();
  greet();
});

function greet(): void {
  browser.socket.open();
  browser.socket.says(welcome);
}

const near = (...ids: string[]) => ids.map((id) => ({ id, closeness: 0.5 }));

test('frames out of order, and frames of a renderer that has lost the room, are not shown', () => {
  for (const [seq, token] of [[1, 5], [3, 5], [2, 5], [9, 4], [1, 6], [4, 5]] as const) browser.socket.says(frame(seq, { token }));
  expect(shown).toEqual([1, 3, 1]);
});

test('after a new welcome frames count anew: the gallery may have been started afresh', () => {
  browser.socket.says(frame(9, { token: 7 }));
  browser.socket.ends(1012);
  browser.pass(4_000);
  greet();
  browser.socket.says(frame(1, { token: 2 }));
  expect(shown).toEqual([9, 1]);
});

test('a frame of an earlier connection is not acknowledged on a new one', () => {
  const old = frame(9, { token: 7 });
  browser.socket.says(old);
  room.acknowledge(old);
  expect(browser.socket.sent.at(-1)).toEqual({ t: 'ack', seq: 9 });
  browser.socket.ends(1006);
  browser.pass(4_000);
  greet();
  room.acknowledge(old);
  expect(browser.socket.sent).toEqual([expect.objectContaining({ t: 'hello' })]);
});

test('names change at most twice a second, and the last ones always arrive', () => {
  browser.socket.says(frame(1, { near: near('a') }));
  let changes = 0;
  room.subscribe(() => (changes += 1));
  for (let seq = 2; seq < 32; seq++) browser.socket.says(frame(seq, { near: near(`w${seq}`) }));
  expect(changes).toBe(0);
  browser.pass(WORDS_MS);
  expect(changes).toBe(1);
  expect(room.view.near).toEqual(near('w31'));
});

test('a bump is told at once, with the works around it', () => {
  browser.socket.says(frame(1));
  browser.socket.says(frame(2, { bump: 'a', near: near('a', 'b') }));
  expect(room.view.bump).toBe('a');
  expect(room.view.near).toEqual(near('a', 'b'));
});

test('when the line drops the last of everything stays', () => {
  browser.socket.says(frame(1, { near: near('a'), bump: 'a' }));
  browser.socket.says(people);
  browser.socket.ends(1006);
  expect(room.view).toMatchObject({ link: { kind: 'waiting' }, bump: 'a', people, seen: true });
});
