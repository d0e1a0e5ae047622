/**
 * How smooth the studio's map is with 10,000 works: `CHROMIUM=/usr/bin/chromium node scripts/map-frames.mjs URL`.
 *
 * A running gallery, and in place of its list of works 10,000 made-up ones. The same hands (rest, zoom, pan) on the plain
 * canvas and on WebGL, one after the other. Where there is no graphics processor WebGL is an imitation, which the page
 * would not choose: here its name is hidden, so that it does.
 */
import { chromium } from 'playwright-core';

const [, , gallery = 'http://127.0.0.1:8000'] = process.argv;
const WORKS = 10_000;
const ARGUMENTS = ['--no-sandbox', '--disable-quic', '--no-first-run', '--enable-unsafe-swiftshader'];
ARGUMENTS.push('--disable-background-networking', '--disable-component-update', '--disable-sync');
/** Until the last likeness is decoded, on a slow machine. */
const SETTLE_MS = 6_000;
const EACH_MS = 4_000;

function lehmer(seed) {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

async function measure(browser, hidden) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  if (hidden)
    await page.addInitScript(() => {
      const before = WebGL2RenderingContext.prototype.getExtension;
      WebGL2RenderingContext.prototype.getExtension = function (name) {
        return name === 'WEBGL_debug_renderer_info' ? null : before.call(this, name);
      };
    });
  await page.route('**/api/rooms/main/works', async (route) => {
    const told = await (await route.fetch()).json();
    const chance = lehmer(1);
    const made = (_, i) => ({ ...told.works[i % told.works.length], id: `w${i}`, at_hand: false, image: '', x: chance(), y: chance() });
    await route.fulfill({ json: { digest: told.digest, works: Array.from({ length: WORKS }, made) } });
  });
  await page.goto(new URL('/studio', gallery).href);
  await page.waitForSelector('.picture[data-seq]');
  await page.waitForTimeout(SETTLE_MS);
  const plain = await page.locator('canvas.atlas-layer').first().getAttribute('data-plain');
  console.log(plain === 'true' ? 'plain canvas' : 'WebGL');
  for (const hands of ['rest', 'zoom', 'pan']) console.log(`  ${hands}: ${await page.evaluate(frames, { hands, ms: EACH_MS })}`);
  await context.close();
}

/** Runs in the page: time between repaints while hands are at work. */
function frames({ hands, ms }) {
  const ground = document.querySelector('.atlas-ground');
  const box = ground.getBoundingClientRect();
  const at = (x, y) => ({ clientX: box.left + x, clientY: box.top + y, bubbles: true, cancelable: true, pointerId: 7, pointerType: 'mouse' });
  const acts = {
    rest: () => {},
    zoom: (i) => ground.dispatchEvent(new WheelEvent('wheel', { ...at(250, 300), deltaY: Math.floor(i / 40) % 2 ? 40 : -40 })),
    pan: (i) => ground.dispatchEvent(new PointerEvent('pointermove', at(250 + 200 * Math.sin(i / 15), 300 + 100 * Math.cos(i / 20)))),
  };
  ground.setPointerCapture = () => {}; // this pointer is made up: it cannot be captured
  if (hands === 'pan') ground.dispatchEvent(new PointerEvent('pointerdown', at(250, 300)));
  return new Promise((resolve) => {
    const gaps = [];
    const endMs = performance.now() + ms;
    let last = performance.now();
    const tick = (now) => {
      gaps.push(now - last);
      last = now;
      acts[hands](gaps.length);
      if (now < endMs) return requestAnimationFrame(tick);
      ground.dispatchEvent(new PointerEvent('pointercancel', at(0, 0)));
      gaps.sort((a, b) => a - b);
      const part = (share) => gaps[Math.floor(share * (gaps.length - 1))].toFixed(1);
      resolve(`${gaps.length} repaints, median ${part(0.5)} ms, p95 ${part(0.95)} ms`);
    };
    requestAnimationFrame(tick);
  });
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ARGUMENTS });
try {
  for (const hidden of [false, true]) await measure(browser, hidden);
} finally {
  await browser.close();
}
