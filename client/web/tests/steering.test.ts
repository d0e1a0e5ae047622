import { beforeEach, expect, test } from 'vitest';
import { CHANGE_MS, REPEAT_MS, Steering } from '../src/steering';
import type { FromClient } from '../src/wire';
import { FakeTime } from './fakes';

let time: FakeTime;
let sent: FromClient[];
let steering: Steering;

beforeEach(() => {
  time = new FakeTime();
  sent = [];
  steering = new Steering((message) => sent.push(message), time);
});

const place = (x: number) => ({ t: 'place', x, y: 0.5 }) as const;
const kinds = () => sent.map(({ t }) => t);

test('the first touch is sent at once', () => {
  steering.wish('finger', place(0.1));
  expect(sent).toMatchObject([{ t: 'place', x: 0.1 }]);
});

test('a thousand movements in a second become at most thirty messages, and the last one is the newest', () => {
  for (let i = 0; i < 1_000; i++) {
    steering.wish('finger', place(i / 1_000));
    time.pass(1);
  }
  time.pass(CHANGE_MS);
  expect(sent.length).toBeGreaterThan(25);
  expect(sent.length).toBeLessThanOrEqual(31);
  expect(sent.at(-1)).toMatchObject({ x: 0.999 });
});

test('a finger that rests is repeated at least twice a second, so that the room does not forget it', () => {
  steering.wish('finger', place(0.5));
  time.pass(3_000);
  expect(REPEAT_MS).toBeLessThanOrEqual(500);
  expect(sent.length).toBe(1 + Math.floor(3_000 / REPEAT_MS));
});

test('after lifting the finger one release is sent and then nothing', () => {
  steering.wish('finger', place(0.5));
  steering.wish('finger', null);
  time.pass(10_000);
  expect(kinds()).toEqual(['place', 'release']);
});

test('seq grows with every message, and across a page that is loaded anew', () => {
  steering.wish('finger', place(0.1));
  time.pass(2_000);
  const again = new Steering((message) => sent.push(message), time);
  again.wish('finger', place(0.2));
  const seqs = sent.map((message) => ('seq' in message ? message.seq : -1));
  expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
});

test('the finger counts before the keys, the keys before a chosen work, and each takes over when the other ends', () => {
  steering.wish('work', { t: 'work', id: 'w' });
  time.pass(100);
  steering.wish('finger', place(0.1));
  time.pass(100);
  steering.wish('keys', { t: 'stick', x: 1, y: 0 });
  time.pass(100);
  steering.wish('finger', null);
  time.pass(100);
  steering.wish('keys', null);
  time.pass(100);
  steering.wish('work', null);
  expect(kinds()).toEqual(['work', 'place', 'stick', 'work', 'release']);
});

test('asleep it lets go and says nothing; awake, a chosen work is pulled again', () => {
  steering.wish('work', { t: 'work', id: 'w' });
  steering.sleep(true);
  time.pass(10_000);
  expect(kinds()).toEqual(['work', 'release']);
  steering.sleep(false);
  time.pass(1);
  expect(kinds()).toEqual(['work', 'release', 'work']);
});

test('nothing asked, nothing sent', () => {
  steering.sleep(true);
  steering.sleep(false);
  steering.wish('finger', null);
  steering.dispose();
  time.pass(10_000);
  expect(sent).toEqual([]);
});
