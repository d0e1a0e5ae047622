import { expect, test } from 'vitest';
import { Asking, Refused } from '../src/search';

function server(answer: unknown, status = 200) {
  const asked: { address: string; init: RequestInit | undefined }[] = [];
  const get = async (address: string | URL | Request, init?: RequestInit) => {
    asked.push({ address: String(address), init });
    return answer instanceof Response ? answer : Response.json(answer, { status });
  };
  return { asked, asking: new Asking('main hall', get as typeof fetch) };
}

test('words and facets go into one question, and its answer is read', async () => {
  const { asked, asking } = server({ total: 2, works: ['a', 'b'], facets: { artist: [['Steen', 2]] }, explained: null, after: 'x' });
  const answer = await asking.words({ words: 'goblet & glass', chosen: { artist: 'Jan Steen' } });
  expect(asked[0]?.address).toBe('/api/rooms/main%20hall/search?q=goblet+%26+glass&artist=Jan+Steen&limit=60');
  expect(answer).toMatchObject({ total: 2, works: ['a', 'b'], after: 'x', facets: { artist: [['Steen', 2]], period: [] } });
  await asking.words({ words: 'goblet', chosen: {}, after: 'x' });
  expect(asked[1]?.address).toContain('after=x');
});

test('look is asked of a work, of the frame, and of a blend', async () => {
  const { asked, asking } = server({ works: [{ id: 'a', distance: 0.5 }] });
  expect(await asking.alike('frame')).toEqual([{ id: 'a', distance: 0.5 }]);
  await asking.alike([['a', 0.5], ['b', 0.25]]);
  expect(decodeURIComponent(asked[1]?.address ?? '')).toContain('similar?works=a*0.5,b*0.25');
});

// U7
test('a picture of one’s own is the body of one request, and what is known of it comes back', async () => {
  const { asked, asking } = server({ works: [], guest: null, why: 'It is blind.' });
  const picture = new Blob(['picture']);
  expect(await asking.alikePicture(picture)).toMatchObject({ works: [], guest: null, why: 'It is blind.' });
  expect(asked).toHaveLength(1);
  expect(asked[0]?.init).toMatchObject({ method: 'POST', body: picture });
});

/** An answer whose lines are sent one by one, in pieces that begin and end anywhere. */
function slowAnswer() {
  let out!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({ start: (controller) => void (out = controller) });
  const send = (text: string) => out.enqueue(new TextEncoder().encode(text));
  return { answer: new Response(body), send, end: () => out.close(), cut: () => out.error(new TypeError('network')) };
}
const GUESSED = '{"works":[{"id":"a","distance":0.5}],"guest":"guest:00","why":null,"code":null}';

// U7, G49
test('the guess is known before the picture is found more exactly, however the bytes arrive', async () => {
  const { answer, send, end } = slowAnswer();
  const asking = server(answer).asking.alikePicture(new Blob());
  send(GUESSED.slice(0, 20));
  send(`${GUESSED.slice(20)}\n{"ref`);
  const told = await asking;
  expect(told).toMatchObject({ works: [{ id: 'a' }], guest: 'guest:00' });
  send('ined":true,"why":null,"code":null}\n');
  end();
  expect(await told.closer).toBeNull();
});

// G50
test('why a picture stays as it was guessed is said by its code, and so is a connection that ends before', async () => {
  const full = slowAnswer();
  full.send(`${GUESSED}\n{"refined":false,"why":"In English.","code":"many_seeds"}\n`);
  const told = await server(full.answer).asking.alikePicture(new Blob());
  expect(await told.closer).toMatch(/^Many pictures are being found more exactly/);
  for (const how of ['end', 'cut'] as const) {
    const broken = slowAnswer();
    broken.send(`${GUESSED}\n`);
    const guessed = await server(broken.answer).asking.alikePicture(new Blob());
    broken[how]();
    expect(await guessed.closer).toMatch(/could not be found more exactly/);
  }
});

// Q7, C16
test('why nothing was found, and why a picture cannot be visited, are said by their codes', async () => {
  const nothing = { total: 0, works: [], facets: {}, after: null, explained: 'in English', reasons: [{ why: 'fewer' }] };
  expect((await server(nothing).asking.words({ words: 'a b', chosen: {} })).explained).toMatch(/^No work has all of these words/);
  const unseen = { works: [], guest: null, why: 'It is blind.', code: 'blind' };
  expect((await server(unseen).asking.alikePicture(new Blob())).why).toMatch(/cannot see pictures/);
  expect((await server({ ...unseen, code: null }).asking.alikePicture(new Blob())).why).toBe('It is blind.');
});

// C16
test('a refusal is said by its code or by the server’s own sentence, and without either still a sentence', async () => {
  const refused = server({ error: 'Over 10 MB came.', code: 'too_large', n: 10 }, 413).asking.alikePicture(new Blob());
  await expect(refused).rejects.toThrow(new Refused('The picture is larger than 10 MB. Send a smaller one.'));
  await expect(server({ error: 'Not today.' }, 503).asking.found()).rejects.toThrow(new Refused('Not today.'));
  await expect(server('nonsense', 500).asking.found()).rejects.toBeInstanceOf(Refused);
  const nobody = new Asking('main', () => Promise.reject(new TypeError('network')));
  await expect(nobody.suggest('a')).rejects.toThrow(/cannot be reached/);
});

test('what is no longer wanted ends as an abort, not as a refusal', async () => {
  const gone = new DOMException('gone', 'AbortError');
  await expect(new Asking('main', () => Promise.reject(gone)).path('a', 'b')).rejects.toBe(gone);
});
