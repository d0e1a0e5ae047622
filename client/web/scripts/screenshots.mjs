/**
 * Pictures of the three pages from a running gallery, for the README: `node scripts/screenshots.mjs URL [FOLDER]`.
 *
 * Artworks' own pictures are not loaded, so that what is shown is the generator's dreams and the works' blurred
 * likenesses: the pictures of this project contain no artwork. CHROMIUM names the browser; else the packed one is used.
 */
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const [, , gallery, folder = resolve(dirname(fileURLToPath(import.meta.url)), '../../../docs/pictures')] = process.argv;

const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
ARGUMENTS.push('--disable-background-networking', '--disable-component-update', '--disable-sync');
/** A cold server draws its first frame within seconds; a loaded machine is slower. */
const FIRST_FRAME_MS = 30_000;
/** From one side of the map to the other takes 4 s; another person and the snap may take as long again. */
const BUMP_MS = 20_000;
/** Everything that fades has faded, and the light on the wall has settled. */
const SETTLE_MS = 4_000;
/** The point crosses a quarter of the map in a second. */
const UNDER_WAY_MS = 1_200;

async function browserPath() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  process.env.AWS_LAMBDA_JS_RUNTIME ??= 'nodejs22.x'; // makes the package unpack the libraries that it needs
  const { default: packed } = await import('@sparticuz/chromium');
  return packed.executablePath();
}

async function open(browser, path, width, height, phone = false) {
  const context = await browser.newContext({
    viewport: { width, height },
    hasTouch: phone,
    isMobile: phone,
    deviceScaleFactor: phone ? 2 : 1,
  });
  const origin = new URL(gallery).origin;
  await context.route(
    (url) => url.origin !== origin || url.pathname.startsWith('/images/'),
    (route) => route.abort(),
  );
  const page = await context.newPage();
  await page.goto(new URL(path, gallery).href);
  await page.waitForSelector('.picture[data-seq]', { timeout: FIRST_FRAME_MS });
  return page;
}

async function join(browser) {
  const phone = await open(browser, '/join', 390, 844, true);
  await phone.getByRole('button', { name: 'Join' }).click();
  return phone;
}

/** Press on the pad and hold, at a place given in parts of its size. */
async function hold(phone, x, y) {
  const box = await phone.locator('.pad').boundingBox();
  await phone.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.5);
  await phone.mouse.down();
  await phone.mouse.move(box.x + box.width * x, box.y + box.height * y, { steps: 8 });
}

async function shoot(page, name) {
  const path = resolve(folder, name);
  await page.screenshot({ path });
  console.log(path);
}

async function main() {
  if (!gallery) throw new Error('Which gallery? Give its address: node scripts/screenshots.mjs http://127.0.0.1:8000');
  await mkdir(folder, { recursive: true });
  const browser = await chromium.launch({ executablePath: await browserPath(), args: ARGUMENTS });
  try {
    const wall = await open(browser, '/wall', 1920, 1080);
    const mine = await join(browser);
    const others = [await join(browser), await join(browser)];
    // From the left to the upper right, all three, so that the picture is taken on the way.
    for (const phone of [...others, mine]) await hold(phone, 0.25, 0.7);
    await mine.waitForTimeout(SETTLE_MS);
    for (const [i, other] of others.entries()) await hold(other, 0.6 + 0.1 * i, 0.15);
    await hold(mine, 0.72, 0.3);
    await mine.waitForTimeout(UNDER_WAY_MS);
    await shoot(mine, 'phone.png');

    for (const other of others) await other.mouse.up();
    await mine.mouse.up();
    await mine.getByRole('button', { name: 'Artworks' }).click();
    await mine.getByRole('listitem').getByRole('button').nth(3).click();
    await wall.waitForSelector('.settled[data-shown="true"]', { timeout: BUMP_MS });
    await wall.waitForTimeout(SETTLE_MS);
    await shoot(wall, 'wall.png');

    await shoot(await open(browser, '/', 1440, 900), 'start.png');
  } finally {
    await browser.close();
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
