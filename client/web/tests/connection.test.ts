import { beforeEach, expect, test } from 'vitest';
import { Connection, HIDDEN_MS, LONGEST_WAIT_MS, SILENCE_MS, type Link } from '../src/connection';
import type { FromServer } from '../src/wire';
import { FakeBrowser, frame, people, welcome } from './fakes';

let browser: FakeBrowser;
let links: Link[];
let heard: FromServer[];
let connection: Connection;

beforeEach(() => {
  browser = new FakeBrowser();
  links = [];
  heard = [];
  connection = new Connection(
    { address: 'ws://wall/ws', room: 'main', role: 'visitor', onMessage: (m) => heard.push(m), onLink: (l) => links.push(l) },
    browser,
  );
  connection.start();
});

function live(): void {
  browser.socket.open();
  browser.socket.says(welcome);
}

const kind = () => connection.link.kind;

test('the first word is a hello, and nothing is sent before the welcome', () => {
  browser.socket.open();
  expect(connection.send({ t: 'ack', seq: 1 })).toBe(false);
  expect(browser.socket.sent).toEqual([{ t: 'hello', room: 'main', role: 'visitor', session: null }]);
  browser.socket.says(welcome);
  expect(connection.send({ t: 'ack', seq: 1 })).toBe(true);
  expect(kind()).toBe('live');
});

test('a visit is resumed with the session of its welcome', () => {
  live();
  browser.socket.ends(1006);
  browser.pass(LONGEST_WAIT_MS);
  browser.socket.open();
  expect(browser.socket.sent).toEqual([{ t: 'hello', room: 'main', role: 'visitor', session: welcome.session }]);
});

test('waits between attempts double to 4 s and are drawn by chance, and a welcome starts them anew', () => {
  browser.luck = 1;
  const waits: number[] = [];
  for (let attempt = 0; attempt < 6; attempt++) {
    browser.socket.ends(1006);
    const [sockets, startMs] = [browser.sockets.length, browser.nowMs];
    while (browser.sockets.length === sockets) browser.pass(50);
    waits.push(browser.nowMs - startMs);
  }
  expect(waits).toEqual([250, 500, 1000, 2000, 4000, 4000]);
  live();
  browser.luck = 0;
  browser.socket.ends(1006);
  const sockets = browser.sockets.length;
  browser.pass(0);
  expect(browser.sockets.length).toBe(sockets + 1);
});

test.each([4500, 4503, 4526, 4999])('close code %i is final, and the fault is what the page shows', (code) => {
  live();
  browser.socket.says({ t: 'fault', code, message: 'There is no such room.' });
  browser.socket.ends(code);
  expect(connection.link).toEqual({ kind: 'ended', code, fault: 'There is no such room.' });
  const sockets = browser.sockets.length;
  browser.pass(60_000);
  expect(browser.sockets.length).toBe(sockets);
});

test.each([1001, 1006, 1012, 4408, 4429])('after close code %i the page comes back', (code) => {
  live();
  browser.socket.ends(code);
  expect(kind()).toBe('waiting');
  browser.pass(LONGEST_WAIT_MS);
  live();
  expect(kind()).toBe('live');
});

test('a fault about one message is not taken for the reason of a later loss', () => {
  live();
  browser.socket.says({ t: 'fault', code: 4500, message: 'Not a message we know.' });
  browser.socket.ends(1006);
  expect(connection.link).toEqual({ kind: 'waiting', code: 1006, fault: null });
});

test('a line that says nothing for too long is dead, although the socket has not noticed', () => {
  live();
  const first = browser.socket;
  for (let i = 0; i < 5; i++) {
    browser.pass(SILENCE_MS - 1);
    first.says(people);
  }
  expect(kind()).toBe('live');
  browser.pass(SILENCE_MS);
  expect(first.closed).toBe(true);
  browser.pass(LONGEST_WAIT_MS);
  expect(browser.sockets.length).toBeGreaterThan(1);
});

test('the network coming back ends the pause at once', () => {
  browser.socket.ends(1006);
  connection.online();
  expect(browser.sockets.length).toBe(2);
});

test('a hidden page leaves its seat, and takes it again when it is looked at', () => {
  live();
  const first = browser.socket;
  connection.visible(false);
  browser.pass(HIDDEN_MS - 1);
  expect(first.closed).toBe(false);
  browser.pass(1);
  expect(first.closed).toBe(true);
  expect(kind()).toBe('asleep');
  browser.pass(60_000);
  expect(browser.sockets.length).toBe(1);
  connection.visible(true);
  expect(browser.sockets.length).toBe(2);
});

test('a glance away keeps the line', () => {
  live();
  connection.visible(false);
  browser.pass(HIDDEN_MS / 2);
  connection.visible(true);
  browser.socket.says(people);
  browser.pass(HIDDEN_MS - HIDDEN_MS / 2);
  expect(kind()).toBe('live');
});

test('a bad message is ignored and the next one is heard', () => {
  live();
  browser.socket.onmessage?.({ data: Uint8Array.of(0xc1).buffer });
  browser.socket.onmessage?.({ data: 'text' });
  browser.socket.says(frame(1));
  expect(heard.map(({ t }) => t)).toEqual(['welcome', 'frame']);
});

test('a socket that was replaced is not heard any more', () => {
  const first = browser.socket;
  connection.start();
  live();
  expect(first.onmessage).toBeNull();
  first.ends(4500);
  expect(kind()).toBe('live');
});
