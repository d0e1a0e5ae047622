/** People's colours come from the room; what is written on them must be readable. */

/** Dark ink on light colours, light ink on dark ones: whichever contrasts more (WCAG relative luminance). */
export function inkOn(colour: string): 'var(--paper-ink)' | 'var(--paper)' {
  const linear = [1, 3, 5]
    .map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  const luminance = 0.2126 * (linear[0] ?? 0) + 0.7152 * (linear[1] ?? 0) + 0.0722 * (linear[2] ?? 0);
  return luminance > 0.18 ? 'var(--paper-ink)' : 'var(--paper)';
}
