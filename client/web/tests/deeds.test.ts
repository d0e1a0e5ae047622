import { expect, test } from 'vitest';
import { Deeds } from '../src/deeds';
import type { FromClient } from '../src/wire';
import { FakeTime } from './fakes';

function hand(): { time: FakeTime; sent: FromClient[]; deeds: Deeds } {
  const time = new FakeTime();
  const sent: FromClient[] = [];
  return { time, sent, deeds: new Deeds((message) => sent.push(message) > 0, time) };
}

test('a cursor speaks thirty times a second at most, and its last word always arrives', () => {
  const { time, sent, deeds } = hand();
  for (let i = 0; i < 10; i++) deeds.do({ t: 'cursor', x: i / 10, y: 0 });
  expect(sent).toHaveLength(1);
  time.pass(40);
  expect(sent).toHaveLength(2);
  expect(sent[1]).toMatchObject({ x: 0.9 });
});

test('two sliders glide beside each other', () => {
  const { time, sent, deeds } = hand();
  deeds.do({ t: 'edit', do: 'weigh', id: 'a', amount: 0.1 });
  deeds.do({ t: 'edit', do: 'weigh', id: 'a', amount: 0.2 });
  deeds.do({ t: 'edit', do: 'weigh', id: 'b', amount: 0.3 });
  time.pass(40);
  expect(sent.slice(1)).toMatchObject([{ id: 'a', amount: 0.2 }, { id: 'b', amount: 0.3 }]);
});

test('letting go comes after the glide that it ends, and seq only grows', () => {
  const { sent, deeds } = hand();
  deeds.do({ t: 'edit', do: 'weigh', id: 'a', amount: 0.1 });
  deeds.do({ t: 'edit', do: 'weigh', id: 'a', amount: 0.4 });
  deeds.do({ t: 'edit', do: 'let_go', id: 'a' });
  expect(sent).toMatchObject([{ amount: 0.1 }, { amount: 0.4 }, { do: 'let_go' }]);
  const seqs = sent.map((message) => ('seq' in message ? message.seq : 0));
  expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
});
