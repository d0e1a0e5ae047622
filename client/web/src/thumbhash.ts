/**
 * Decodes a ThumbHash (https://evanw.github.io/thumbhash/): about 25 bytes that hold a picture's blurred likeness.
 *
 * The picture is a sum of cosines in three channels: lightness L, yellow-blue P, red-green Q (and alpha). The header
 * carries their means and the scales of their coefficients; four bits a coefficient follow, low half first.
 */

export type Likeness = { width: number; height: number; rgba: Uint8ClampedArray<ArrayBuffer> };

/** Longer side of the decoded picture in pixels; a hash holds at most 7 waves across, so more would show nothing more. */
const SIDE = 32;
/** Written smaller by this factor so that strong colours survive four bits; given back here. */
const SATURATION = 1.25;

/** More waves than any hash has, and more pixels than any likeness is asked for. */
const WAVES = 8;
const PIXELS = 64;
type Cosines = Float64Array;
const tables = new Map<number, Cosines>();

type Channel = { mean: number; waves: readonly { cx: number; cy: number; amount: number }[] };

/** Null when `base64` is no ThumbHash. `side`: the longer one, in pixels. */
export function likeness(base64: string, side = SIDE): Likeness | null {
  const hash = bytesOf(base64);
  return hash && hash.length >= 5 ? drawn(hash, side) : null;
}

function drawn(hash: Uint8Array, side: number): Likeness | null {
  const at = (index: number) => hash[index] ?? 0;
  const means = at(0) | (at(1) << 8) | (at(2) << 16);
  const scales = at(3) | (at(4) << 8);
  const hasAlpha = (means >> 23) & 1;
  const landscape = (scales >> 15) & 1;
  const fewer = scales & 7;
  const more = hasAlpha ? 5 : 7;
  const across = landscape ? more : fewer;
  const down = landscape ? fewer : more;
  if (fewer === 0) return null;

  let half = hasAlpha ? 12 : 10; // coefficients come in half bytes; this counts them from the hash's first byte
  const channel = (mean: number, scale: number, nx: number, ny: number): Channel => {
    const waves = [];
    for (let cy = 0; cy < ny; cy++)
      for (let cx = cy ? 0 : 1; cx * ny < nx * (ny - cy); cx++, half++)
        waves.push({ cx, cy, amount: (((at(half >> 1) >> ((half & 1) * 4)) & 15) / 7.5 - 1) * scale });
    return { mean, waves };
  };
  const light = channel((means & 63) / 63, ((means >> 18) & 31) / 31, Math.max(3, across), Math.max(3, down));
  const yellow = channel(((means >> 6) & 63) / 31.5 - 1, (((scales >> 3) & 63) / 63) * SATURATION, 3, 3);
  const red = channel(((means >> 12) & 63) / 31.5 - 1, (((scales >> 9) & 63) / 63) * SATURATION, 3, 3);
  const opaque = hasAlpha ? channel((at(5) & 15) / 15, (at(5) >> 4) / 15, 5, 5) : { mean: 1, waves: [] };

  const ratio = across / down;
  const width = Math.round(ratio > 1 ? side : side * ratio);
  const height = Math.round(ratio > 1 ? side / ratio : side);
  const rgba = new Uint8ClampedArray(width * height * 4);
  const [acrossWaves, downWaves] = [cosines(width), cosines(height)];
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i += 4) {
      const value = (one: Channel) => sampled(one, x, y, acrossWaves, downWaves);
      const l = value(light);
      const p = value(yellow);
      const q = value(red);
      const blue = l - (2 / 3) * p;
      const r = (3 * l - blue + q) / 2;
      rgba.set([r * 255, (r - q) * 255, blue * 255, value(opaque) * 255], i);
    }
  return { width, height, rgba };
}

/** The channel at pixel (x, y). Twice the amount: a mean over cosines carries half of each wave. */
function sampled({ mean, waves }: Channel, x: number, y: number, across: Cosines, down: Cosines): number {
  let sum = mean;
  for (const { cx, cy, amount } of waves) sum += 2 * amount * (across[cx * PIXELS + x] ?? 0) * (down[cy * PIXELS + y] ?? 0);
  return sum;
}

/** Each wave at the middle of each of `size` pixels; kept, for a map draws 10,000 likenesses of few sizes. */
function cosines(size: number): Cosines {
  let table = tables.get(size);
  if (!table) {
    table = new Float64Array(WAVES * PIXELS);
    for (let wave = 0; wave < WAVES; wave++)
      for (let i = 0; i < size; i++) table[wave * PIXELS + i] = Math.cos((Math.PI * wave * (i + 0.5)) / size);
    tables.set(size, table);
  }
  return table;
}

function bytesOf(base64: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
