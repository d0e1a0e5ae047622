import { expect, test } from 'vitest';
import { choosable, secondsLeft } from '../src/people';
import { people, welcome } from './fakes';

const told = { ...welcome, you: 'p1', modes: ['together', 'blend'] as const };

test('while another visitor holds the mode nobody else may choose; who chose it may, and the guide', () => {
  const held = { ...people, by: 'p2', heldS: 7.5 };
  expect(choosable(told, held)).toEqual([]);
  expect(choosable(told, { ...held, heldS: 0 })).toEqual(told.modes);
  expect(choosable(told, { ...held, by: 'p1' })).toEqual(told.modes);
  expect(choosable({ ...told, guide: true }, held)).toEqual(told.modes);
});

test('nobody chooses before the room has spoken', () => {
  expect(choosable(null, people)).toEqual([]);
  expect(choosable(told, null)).toEqual([]);
});

test('a countdown says one until its very end', () => {
  expect([2.5, 1, 0.5, 0, -1].map(secondsLeft)).toEqual([3, 1, 1, 0, 0]);
});
