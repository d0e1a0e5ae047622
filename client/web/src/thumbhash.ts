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

type Channel = { mean: number; waves: readonly { cx: number; cy: number; amount: number }[] };

/** Null when `base64` is no ThumbHash. */
export function likeness(base64: string): Likeness | null {
  const hash = bytesOf(base64);
  return hash && hash.length >= 5 ? drawn(hash) : null;
}

function drawn(hash: Uint8Array): Likeness | null {
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
  const width = Math.round(ratio > 1 ? SIDE : SIDE * ratio);
  const height = Math.round(ratio > 1 ? SIDE / ratio : SIDE);
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i += 4) {
      const value = (one: Channel) => sampled(one, (x + 0.5) / width, (y + 0.5) / height);
      const l = value(light);
      const p = value(yellow);
      const q = value(red);
      const blue = l - (2 / 3) * p;
      const r = (3 * l - blue + q) / 2;
      rgba.set([r * 255, (r - q) * 255, blue * 255, value(opaque) * 255], i);
    }
  return { width, height, rgba };
}

/** The channel at (u, v) in [0, 1]^2. Twice the amount: a mean over cosines carries half of each wave. */
function sampled({ mean, waves }: Channel, u: number, v: number): number {
  let sum = mean;
  for (const { cx, cy, amount } of waves) sum += 2 * amount * Math.cos(Math.PI * cx * u) * Math.cos(Math.PI * cy * v);
  return sum;
}

function bytesOf(base64: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
