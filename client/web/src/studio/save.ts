/**
 * The picture to take home: the frame, and under it, in small type, the works that it is near with their credit lines and
 * licences, who dreamt it and when. A PNG, made here; nothing is sent anywhere.
 */
import { artistOf, creditOf, licenceOf } from '../parts/WorkLabel';
import { say } from '../texts';
import type { Work } from '../works';

/** In pixels of the PNG. The dream is 256 across: four times that prints well on a postcard. */
const SIDE = 1024;
const RIM = 64;
const LINE = 27;
const SMALL = 19;

/** Each work in the lines of its label. */
export function creditsOf(works: readonly Work[]): readonly (readonly string[])[] {
  return works.map((work) => {
    const { name, life } = artistOf(work.artist);
    const who = life ? `${name} (${life})` : name;
    const what = [who, work.title || say('work.untitled'), work.date].filter(Boolean).join(', ');
    return [what, [creditOf(work).replace(/\.$/, ''), licenceOf(work.license)].filter(Boolean).join('. ')].filter(Boolean);
  });
}

/** `text` in lines no wider than `width`, as `measure` counts it. */
export function wrapped(text: string, width: number, measure: (text: string) => number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    const longer = line ? `${line} ${word}` : word;
    if (line && measure(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return line ? [...lines, line] : lines;
}

/** Colours and faces are those of the page. Rejects when this browser makes no PNG. */
export async function composed(jpeg: Blob, works: readonly Work[], model: string, when: Date, language: string): Promise<Blob> {
  const frame = await createImageBitmap(jpeg);
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  if (!context) throw new Error(say('save.failed'));
  const fonts = { strong: `${SMALL}px ${token('--serif')}`, plain: `${SMALL - 3}px ${token('--sans')}` };
  const lines = linesOf(context, works, model, when, language, fonts);
  canvas.width = SIDE + 2 * RIM;
  canvas.height = SIDE + 2 * RIM + lines.length * LINE + RIM / 2;
  context.fillStyle = token('--ground');
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(frame, RIM, RIM, SIDE, SIDE);
  frame.close();
  const rightToLeft = document.documentElement.dir === 'rtl';
  context.textAlign = rightToLeft ? 'right' : 'left';
  lines.forEach(({ text, strong }, i) => {
    context.font = strong ? fonts.strong : fonts.plain;
    context.fillStyle = token(strong ? '--ink' : '--ink-faint');
    context.fillText(text, rightToLeft ? RIM + SIDE : RIM, SIDE + 2 * RIM + i * LINE);
  });
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error(say('save.failed')))), 'image/png'),
  );
}

type Line = { text: string; strong: boolean };

function linesOf(
  context: CanvasRenderingContext2D,
  works: readonly Work[],
  model: string,
  when: Date,
  language: string,
  fonts: { strong: string; plain: string },
): readonly Line[] {
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' }).format(when);
  const texts: Line[] = [{ text: say('save.dreamt', { model, date }), strong: true }];
  if (works.length) texts.push({ text: say('save.near'), strong: false });
  for (const [what = '', credit] of creditsOf(works)) {
    texts.push({ text: what, strong: true });
    if (credit) texts.push({ text: credit, strong: false });
  }
  return texts.flatMap(({ text, strong }) => {
    context.font = strong ? fonts.strong : fonts.plain;
    return wrapped(text, SIDE, (part) => context.measureText(part).width).map((line) => ({ text: line, strong }));
  });
}

/** Hand a file to the person. */
export function download(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000); // a slow disk is still reading
}
