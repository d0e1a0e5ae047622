import { expect, test } from 'vitest';
import { Asking, Refused } from '../src/search';

function server(answer: unknown, status = 200) {
  const asked: { address: string; init: RequestInit | undefined }[] = [];
  const get = async (address: string | URL | Request, init?: RequestInit) => {
    asked.push({ address: String(address), init });
    return Response.json(answer, { status });
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
  const { asked, asking } = server({ works: [], guest: 'guest:00', why: null });
  const picture = new Blob(['picture']);
  expect(await asking.alikePicture(picture)).toEqual({ works: [], guest: 'guest:00', why: null });
  expect(asked).toHaveLength(1);
  expect(asked[0]?.init).toMatchObject({ method: 'POST', body: picture });
});

test('a refusal is the server’s own sentence, and without one still a sentence', async () => {
  const refused = server({ error: 'This picture is larger than 10 MB.' }, 413).asking.alikePicture(new Blob());
  await expect(refused).rejects.toThrow(new Refused('This picture is larger than 10 MB.'));
  await expect(server('nonsense', 500).asking.found()).rejects.toBeInstanceOf(Refused);
  const nobody = new Asking('main', () => Promise.reject(new TypeError('network')));
  await expect(nobody.suggest('a')).rejects.toThrow(/cannot be reached/);
});

test('what is no longer wanted ends as an abort, not as a refusal', async () => {
  const gone = new DOMException('gone', 'AbortError');
  await expect(new Asking('main', () => Promise.reject(gone)).path('a', 'b')).rejects.toBe(gone);
});
