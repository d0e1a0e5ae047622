/** What people's colours are called, for whoever does not see them: nine families, of which the forty colours are shades. */
import type { Key } from './texts';

/** Where a family of hues ends, in degrees of the colour circle; red lies around 0. */
const FAMILIES: readonly (readonly [until: number, name: Key])[] = [
  [14, 'colour.red'],
  [42, 'colour.orange'],
  [70, 'colour.yellow'],
  [160, 'colour.green'],
  [195, 'colour.turquoise'],
  [250, 'colour.blue'],
  [290, 'colour.violet'],
  [345, 'colour.pink'],
  [360, 'colour.red'],
];
/** Below this distance between the strongest and the weakest of red, green and blue (0 to 255) an eye sees grey. */
const GREY = 24;

/** The family of a colour, #rrggbb, as a key of the catalogue. */
export function colourName(colour: string): Key {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  const strongest = Math.max(red, green, blue);
  const range = strongest - Math.min(red, green, blue);
  if (range < GREY) return 'colour.grey';
  const sixth =
    strongest === red ? (green - blue) / range : strongest === green ? 2 + (blue - red) / range : 4 + (red - green) / range;
  const hue = (sixth * 60 + 360) % 360;
  return FAMILIES.find(([until]) => hue < until)?.[1] ?? 'colour.red';
}
