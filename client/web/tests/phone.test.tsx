import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
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
  expect(screen.getByText('25% of the movement is yours')).toBeTruthy();
  await page.says(frame(1, { near: [{ id: 'a', closeness: 1 }], bump: 'a' }), { ...people, finders: ['p1'] });
  expect(await screen.findByText('Oil on canvas')).toBeTruthy();
  expect(screen.getByText('Dutch, 1626–1679')).toBeTruthy();
  expect(screen.getByText('You helped to find it')).toBeTruthy();
  expect(screen.getByText('At The Drunken Couple')).toBeTruthy();
  expect(screen.getByRole('link').getAttribute('href')).toBe('https://museum.example/a');
});

test('a full room says so and offers to watch', async () => {
  render(<Phone />);
  page.socket.open();
  await page.says({ t: 'fault', code: 4409, message: '100 people are steering.' });
  page.socket.ends(4409);
  expect(await screen.findByText(/^Every place in this room is taken/)).toBeTruthy();
  expect(screen.getByRole('link', { name: 'Watch' }).getAttribute('href')).toBe('/');
});

// C5
test.each([
  [4504, 'There is no room “main”. Scan the code on the wall again'],
  [4599, 'A newer gallery says why.'],
])('what ended a visit (%i) is said in the reader’s words or else the server’s, with a way to try again', async (code, said) => {
  await join();
  const refused = page.socket;
  await page.says({ t: 'fault', code, message: 'A newer gallery says why.' });
  refused.ends(code);
  expect((await screen.findByRole('alert')).textContent).toContain(said);
  fireEvent.click(button('Try again'));
  expect(page.socket).not.toBe(refused);
});

const people2 = { ...people, people: [...people.people, { ...people.people[0]!, id: 'p2', colour: '#5aa9e6' }] };
const welcomed = () => ({ ...greeting(), modes: ['together', 'blend'] }) as ReturnType<typeof greeting>;

// C10
test('your own turn is announced over the whole width of your phone, and to nobody else', async () => {
  const vibrate = vi.fn();
  vi.stubGlobal('navigator', Object.assign(Object.create(navigator), { vibrate }));
  await join();
  await page.says({ ...people2, mode: 'lead', turn: { lead: 'p2', leftS: 2.4, next: 'p1', nextS: 2.4 } });
  const band = document.querySelector<HTMLElement>('.announcement')!;
  expect(band.dataset['kind']).toBe('soon');
  expect(band.textContent).toContain('Your turn in 3 s');
  await page.says({ ...people2, mode: 'lead', turn: { lead: 'p1', leftS: 9.1, next: 'p2', nextS: 9 } });
  expect(band.dataset['kind']).toBe('now');
  expect(band.textContent).toContain('You lead10 s left');
  expect(vibrate).toHaveBeenCalledTimes(2);
  await page.says({ ...people2, mode: 'lead', turn: { lead: 'p2', leftS: 9.1, next: null, nextS: 0 } });
  expect(band.dataset['kind']).toBe('none');
  expect(screen.getByText('Somebody leads, 10 s left')).toBeTruthy();
});

test('in a vote the ballot takes the place of the map, and one tap votes, another takes it back', async () => {
  page.works = [work('a', 'The Drunken Couple'), work('b', 'A Goblet')];
  await join();
  const ballot = { tallies: [{ id: 'b', people: ['p2'] }, { id: 'a', people: [] as string[] }], leftS: 5, going: null };
  await page.says({ ...people2, mode: 'vote', ballot });
  fireEvent.click(await screen.findByRole('button', { name: /^Vote for The Drunken Couple/ }));
  expect(button(/^Vote for The Drunken Couple/).getAttribute('aria-pressed')).toBe('true');
  await page.says({ ...people2, mode: 'vote', ballot: { ...ballot, tallies: [{ id: 'a', people: ['p1'] }] } });
  fireEvent.click(button(/^Vote for The Drunken Couple/));
  expect(pushes()).toMatchObject([{ t: 'vote', id: 'a' }, { t: 'vote', id: null }]);
});

test('a work goes into the blend and out of it with its plus, and no ninth', async () => {
  page.works = [work('a', 'The Drunken Couple'), ...Array.from({ length: 8 }, (_, i) => work(`w${i}`, `Work ${i}`))];
  await join();
  fireEvent.click(button('Artworks'));
  fireEvent.click(await screen.findByRole('button', { name: 'Add The Drunken Couple to the blend' }));
  const slider = (id: string) => ({ id, weight: 1 / 8, locked: false, hand: null });
  await page.says({ ...people, blend: Array.from({ length: 8 }, (_, i) => slider(`w${i}`)) });
  fireEvent.click(button('Take Work 0 out of the blend'));
  expect(button('Add The Drunken Couple to the blend')).toHaveProperty('disabled', true);
  expect(pushes()).toMatchObject([{ t: 'edit', do: 'add', id: 'a' }, { t: 'edit', do: 'remove', id: 'w0' }]);
});

const two = [
  { id: 'a', weight: 0.5, locked: false, hand: null },
  { id: 'b', weight: 0.5, locked: false, hand: 'p2' },
];

async function mixing(): Promise<void> {
  page.works = [work('a', 'The Drunken Couple'), work('b', 'A Goblet')];
  render(<Phone />);
  page.socket.open();
  await page.says(welcomed(), { ...people2, blend: two });
  fireEvent.click(button('Join'));
  fireEvent.click(button(/^Blend/));
  await screen.findByRole('slider', { name: 'Part of A Goblet' });
}

// C13
test('the blend has a slider, nudges, an exact number and a lock for every work, and shows whose hand is on it', async () => {
  await mixing();
  fireEvent.change(screen.getByRole('slider', { name: 'Part of The Drunken Couple' }), { target: { value: '0.8' } });
  expect(screen.getByRole('slider', { name: 'Part of A Goblet' }).getAttribute('aria-valuetext')).toBe('20%');
  fireEvent.click(button('More of A Goblet'));
  fireEvent.click(button('Lock A Goblet'));
  const field = screen.getByRole('textbox', { name: 'Part of A Goblet in percent' });
  act(() => field.focus());
  fireEvent.change(field, { target: { value: '12,5' } });
  fireEvent.keyDown(field, { key: 'Enter' });
  expect(pushes()).toMatchObject([
    { do: 'weigh', id: 'a', amount: 0.8 },
    { do: 'nudge', id: 'b', amount: 0.05 },
    { do: 'lock', id: 'b' },
    { do: 'weigh', id: 'b', amount: 0.125 },
    { do: 'let_go', id: 'b' },
  ]);
  expect(document.querySelector<HTMLElement>('.slider[data-held="true"]')?.style.getPropertyValue('--hand')).toBe('#5aa9e6');
  expect(screen.getByText('Blue’s hand')).toBeTruthy();
});

test('the blend is shown on the wall by one button, where one may', async () => {
  await mixing();
  fireEvent.click(button('Equal'));
  fireEvent.click(button('Undo'));
  fireEvent.click(button('Show it on the wall'));
  expect(pushes()).toMatchObject([{ do: 'equal' }, { do: 'undo' }, { t: 'mode', mode: 'blend' }]);
  await page.says({ ...people2, blend: two, mode: 'blend' });
  expect(screen.queryByRole('button', { name: 'Show it on the wall' })).toBeNull();
  fireEvent.click(button('Steer together again'));
  expect(pushes().at(-1)).toMatchObject({ t: 'mode', mode: 'together' });
});

// C14
test('a link does nothing until somebody brings it to the wall', async () => {
  window.location.hash = '#blend=a*0.25,b*0.75';
  page.works = [work('a', 'The Drunken Couple'), work('b', 'A Goblet')];
  render(<Phone />);
  page.socket.open();
  await page.says(welcomed(), people);
  fireEvent.click(button('Join'));
  expect(await screen.findByText('75%')).toBeTruthy();
  expect(pushes()).toEqual([]);
  fireEvent.click(button('Bring it to the wall'));
  expect(pushes()).toMatchObject([{ t: 'bring', portions: [['a', 0.25], ['b', 0.75]] }, { t: 'mode', mode: 'blend' }]);
  window.location.hash = '';
});

test('the place of a link is pulled towards until one lets go', async () => {
  window.location.hash = '#place=0.25,0.75';
  await join();
  fireEvent.click(button('Bring it to the wall'));
  expect(pushes()).toMatchObject([{ t: 'place', x: 0.25, y: 0.75 }]);
  fireEvent.click(button('Let go'));
  await waitFor(() => expect(pushes().at(-1)).toMatchObject({ t: 'release' }));
  window.location.hash = '';
});

// C11
test('who leaves gets a receipt, also after a reload, and may come back', async () => {
  page.works = [work('a', 'The Drunken Couple')];
  await join();
  await page.says(frame(1, { near: [{ id: 'a', closeness: 1 }], bump: 'a' }), { ...people, finders: ['p1'] });
  fireEvent.click(button('Found'));
  expect((await screen.findAllByText('The Drunken Couple')).length).toBeGreaterThan(0);
  const socket = page.socket;
  fireEvent.click(button('Leave'));
  expect(screen.getByText('You brought it to')).toBeTruthy();
  expect(socket.closed).toBe(true);
  cleanup();
  render(<Phone />);
  expect(await screen.findByText('The Drunken Couple')).toBeTruthy();
  fireEvent.click(button('Come back'));
  expect(page.socket).not.toBe(socket);
  expect(screen.queryByRole('button', { name: 'Join' })).toBeNull();
});

test('two camps: one’s own turn is told on the phone', async () => {
  await join();
  const camps = [{ people: ['p1'], x: -1, y: 0, part: 0.5 }, { people: ['p2'], x: 1, y: 0, part: 0.5 }];
  await page.says({ ...people2, tide: { camps, turn: 1, leftS: 4.2 } });
  expect(screen.getByText('The other camp’s turn, 5 s left')).toBeTruthy();
  await page.says({ ...people2, tide: { camps, turn: 0, leftS: 8 } });
  expect(screen.getByText('Your camp’s turn, 8 s left')).toBeTruthy();
});
