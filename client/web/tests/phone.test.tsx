import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import { Phone } from '../src/phone/Phone';
import { frame, people } from './fakes';
import { greeting, pretendPage, work } from './page';

const page = pretendPage();

const button = (name: RegExp | string) => screen.getByRole('button', { name });
const pushes = () => page.socket.sent.filter((message) => !/hello|ack/.test((message as { t: string }).t));

async function arrive(): Promise<void> {
  render(<Phone />);
  page.socket.open();
  await page.says(greeting(), people);
}

async function join(): Promise<void> {
  await arrive();
  fireEvent.click(button('Join'));
}

test('the second tap joins: the button is there at once and opens with your colour', async () => {
  render(<Phone />);
  expect(button('Join')).toHaveProperty('disabled', true);
  page.socket.open();
  await page.says(greeting(), people);
  expect(button('Join')).toHaveProperty('disabled', false);
  expect(screen.getByRole('main').style.getPropertyValue('--own')).toBe('#e8b04b');
  fireEvent.click(button('Join'));
  expect(screen.getByRole('application')).toBeTruthy();
});

test('a page that is loaded anew does not ask again', async () => {
  await join();
  page.socket.ends(1006);
  document.body.replaceChildren();
  render(<Phone />);
  expect(screen.queryByRole('button', { name: 'Join' })).toBeNull();
});

test('nobody steers before joining, and the arrow keys steer after', async () => {
  await arrive();
  fireEvent.keyDown(document.body, { code: 'ArrowRight' });
  expect(pushes()).toEqual([]);
  fireEvent.keyUp(document.body, { code: 'ArrowRight' });
  fireEvent.click(button('Join'));
  fireEvent.keyDown(document.body, { code: 'ArrowRight' });
  expect(pushes()).toMatchObject([{ t: 'stick', x: 1, y: 0 }]);
});

test('a finger on the pad pulls towards its place until it is lifted', async () => {
  await join();
  const pad = screen.getByRole('application');
  fireEvent.pointerDown(pad, { isPrimary: true, clientX: 1, clientY: 1 });
  fireEvent.pointerUp(pad, { isPrimary: true });
  await waitFor(() => expect(pushes()).toMatchObject([{ t: 'place' }, { t: 'release' }]));
});

test('a work is found, pulled towards with one tap and let go with another', async () => {
  page.works = [work('a', 'The Drunken Couple'), work('b', 'A Goblet', { artist: '' })];
  await join();
  fireEvent.click(button('Artworks'));
  await screen.findAllByRole('listitem');
  fireEvent.change(screen.getByRole('searchbox'), { target: { value: 'GOBL' } });
  await waitFor(() => expect(screen.getAllByRole('listitem').length).toBe(1));
  fireEvent.click(button('Pull towards A Goblet'));
  expect(button('Pull towards A Goblet').getAttribute('aria-pressed')).toBe('true');
  fireEvent.click(button('Let go: A Goblet'));
  await waitFor(() => expect(pushes()).toMatchObject([{ t: 'work', id: 'b' }, { t: 'release' }]));
});

test('of 850 works only those in sight are in the page', async () => {
  page.works = Array.from({ length: 850 }, (_, i) => work(`w${i}`, `Work ${i}`));
  await join();
  fireEvent.click(button('Artworks'));
  const rows = await screen.findAllByRole('listitem');
  expect(rows.length).toBeLessThan(40);
  expect(rows[0]?.getAttribute('aria-setsize')).toBe('850');
});

test('own share and the place are told in words, and a bump shows the label', async () => {
  page.works = [work('a', 'The Drunken Couple', { link: 'https://museum.example/a' })];
  await join();
  expect(screen.getByText('25 % of the movement is yours')).toBeTruthy();
  await page.says(frame(1, { near: [{ id: 'a', closeness: 1 }], bump: 'a' }), { ...people, finders: ['p1'] });
  expect(await screen.findByText('Oil on canvas')).toBeTruthy();
  expect(screen.getByText('Dutch, 1626–1679')).toBeTruthy();
  expect(screen.getByText('You helped to find it')).toBeTruthy();
  expect(screen.getByText('At The Drunken Couple')).toBeTruthy();
  expect(screen.getByRole('link').getAttribute('href')).toBe('https://museum.example/a');
});

test('a full room says so in its own words and offers to watch', async () => {
  render(<Phone />);
  page.socket.open();
  await page.says({ t: 'fault', code: 4409, message: '100 people are steering.' });
  page.socket.ends(4409);
  expect(await screen.findByText('100 people are steering.')).toBeTruthy();
  expect(screen.getByRole('link', { name: 'Watch' }).getAttribute('href')).toBe('/');
});

test('a final refusal shows the sentence of the server and a way to try again', async () => {
  await join();
  const refused = page.socket;
  await page.says({ t: 'fault', code: 4504, message: 'There is no room here.' });
  refused.ends(4504);
  expect((await screen.findByRole('alert')).textContent).toContain('There is no room here.');
  fireEvent.click(button('Try again'));
  expect(page.socket).not.toBe(refused);
});
