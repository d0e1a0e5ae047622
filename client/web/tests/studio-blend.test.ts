import { expect, test } from 'vitest';
import { ECHO_MS, exactPercent, Hand, NUDGE, portionsOf, weighed, weightIn } from '../src/blend';
import type { Doing } from '../src/deeds';
import type { Slider } from '../src/wire';
import { FakeTime } from './fakes';

const slider = (id: string, weight: number, more: Partial<Slider> = {}): Slider => ({ id, weight, locked: false, hand: null, ...more });
const weights = (sliders: readonly Slider[]) => sliders.map(({ weight }) => Number(weight.toFixed(9)));
const total = (sliders: readonly Slider[]) => sliders.reduce((sum, { weight }) => sum + weight, 0);

function hand() {
  const time = new FakeTime();
  const done: Doing[] = [];
  return { time, done, hand: new Hand((doing) => done.push(doing), () => time.now()) };
}

test('a slider that is set takes from the others in proportion, and never from a locked one', () => {
  expect(weights(weighed([slider('a', 0.5), slider('b', 0.3), slider('c', 0.2)], 'a', 0))).toEqual([0, 0.6, 0.4]);
  expect(weights(weighed([slider('a', 0.5), slider('b', 0.3, { locked: true }), slider('c', 0.2)], 'a', 1))).toEqual([0.7, 0.3, 0]);
});

test('others without weight share what is left alike, and a work alone is all', () => {
  expect(weights(weighed([slider('a', 1), slider('b', 0), slider('c', 0)], 'a', 0.5))).toEqual([0.5, 0.25, 0.25]);
  expect(weights(weighed([slider('a', 1)], 'a', 0.2))).toEqual([1]);
});

test('whatever is set, locked or not, the sliders sum to 1', () => {
  for (let mask = 0; mask < 16; mask++)
    for (const wanted of [0, 0.137, 0.5, 1, 7]) {
      const sliders = [0.4, 0.3, 0.2, 0.1].map((weight, i) => slider(String(i), weight, { locked: Boolean(mask & (1 << i)) }));
      expect(total(weighed(sliders, '0', wanted))).toBeCloseTo(1, 12);
    }
});

// U3
test('a hand sees its own value at once, and what the room tells once its echo must have come', () => {
  const { time, hand: mine } = hand();
  const told = [slider('a', 0.5), slider('b', 0.5)];
  mine.weigh('a', 0.8);
  expect(weights(mine.shown(told))).toEqual([0.8, 0.2]);
  time.pass(ECHO_MS - 1);
  expect(weights(mine.shown(told))).toEqual([0.8, 0.2]);
  time.pass(1);
  expect(mine.shown(told)).toBe(told);
});

test('two nudges in a row add up before the room has answered, and are told as differences', () => {
  const { hand: mine, done } = hand();
  const told = [slider('a', 0.5), slider('b', 0.5)];
  mine.nudge('a', NUDGE, told);
  mine.nudge('a', NUDGE, told);
  expect(weights(mine.shown(told))).toEqual([0.6, 0.4]);
  expect(done).toMatchObject([{ do: 'nudge', amount: NUDGE }, { do: 'nudge', amount: NUDGE }]);
});

test('another set of works ends what the hand saw a moment ago', () => {
  const { hand: mine, done } = hand();
  const told = [slider('a', 0.5), slider('b', 0.5)];
  mine.weigh('a', 0.8);
  mine.remove('b');
  expect(mine.shown(told)).toBe(told);
  mine.weigh('a', 0.8);
  mine.bring([['c', 1]]);
  expect(mine.shown(told)).toBe(told);
  expect(done.at(-1)).toEqual({ t: 'bring', portions: [['c', 1]] });
});

test('weights are typed in percent, with a comma or a point, and nothing else is a weight', () => {
  expect(['25', '12,5', '33.3 %', '0', '100'].map(weightIn)).toEqual([0.25, 0.125, 0.33299999999999996, 0, 1]);
  expect(['', '%', 'half', '101', '-1', '1e9'].map(weightIn)).toEqual([null, null, null, null, null, null]);
  expect([exactPercent(1 / 3), exactPercent(0.07)]).toEqual(['33.3333333333', '7']);
});

test('portions leave out what has no weight', () => {
  expect(portionsOf([slider('a', 1), slider('b', 0)])).toEqual([['a', 1]]);
});
