// Looks at a running dashboard as a person would, in a real browser, and fails where something is
// missing, leaves the origin, or breaks the Content-Security-Policy.
//
//   node browser/check.mjs --url https://localhost:8443 --ca ca.pem --user NAME --password WORD
//     [--set-up TOKEN] [--vehicles N] [--screenshots DIR]
//
// The server's certificate is verified against --ca before the browser starts; the browser then
// takes that one key and no other. The last line printed is a JSON object of what was seen.
import { strict as assert } from 'node:assert';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const WAIT_MS = 60_000;
const WIDE = { width: 1360, height: 850 };
const PHONE = { width: 390, height: 844 };

const { values: options } = parseArgs({
  args: joined(process.argv.slice(2)),
  options: {
    url: { type: 'string' },
    ca: { type: 'string' },
    user: { type: 'string' },
    password: { type: 'string' },
    'set-up': { type: 'string' },
    vehicles: { type: 'string', default: '1' },
    screenshots: { type: 'string', default: 'screenshots' },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
  },
});
const origin = new URL(options.url).origin;
const vehicles = Number(options.vehicles);
const complaints = [];

mkdirSync(options.screenshots, { recursive: true });
const browser = await chromium.launch({
  executablePath: options.chromium,
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--use-gl=angle',
    '--use-angle=swiftshader',
    '--enable-unsafe-swiftshader',
    `--ignore-certificate-errors-spki-list=${await verifiedKey()}`,
  ],
});
try {
  const seen = await look(await newPage({ viewport: WIDE, colorScheme: 'light' }));
  assert.deepEqual(complaints, []);
  writeFileSync(`${options.screenshots}/seen.json`, `${JSON.stringify(seen)}\n`);
  console.log(JSON.stringify(seen));
} finally {
  await browser.close();
}

/** Every option has a value, which may begin with a dash: a token or a password can. */
function joined(words) {
  return words.flatMap((word, i) => (i % 2 === 0 ? [`${word}=${words[i + 1]}`] : []));
}

async function look(page) {
  await enter(page);
  if (vehicles === 0) {
    await page.locator('.empty').waitFor({ timeout: WAIT_MS });
    assert.match(await page.locator('.empty').innerText(), /outrider fleet add FLEET\.TRACKER/);
    await settled(page);
    await shoot(page, 'empty');
    return { listed: 0, drawn: 0 };
  }
  await eventually('the map is there', () => page.locator('.map[data-loaded]').count());
  await eventually(`${vehicles} vehicles are drawn`, async () => (await drawn(page)) >= vehicles);
  await eventually('the stream is live', () =>
    page.locator('.connection[data-state=live]').count(),
  );
  const listed = Number(await page.locator('.chip[data-state=all] .chip-count').textContent());
  assert.ok(listed >= vehicles, `${listed} trackers are listed`);
  await settled(page);
  await shoot(page, 'wide-light');

  const drawnNow = await drawn(page);
  const framesPerSecond = await frames(page);
  const moved = await watchOneMove(page);
  await settled(page);
  await shoot(page, 'wide-light-selected');

  await page.click('#theme');
  await settled(page);
  await shoot(page, 'wide-dark-selected');
  await page.keyboard.press('Escape');
  await page.keyboard.press('f');
  await settled(page);
  await shoot(page, 'wide-dark');

  for (let i = 0; i < 4; i++) {
    await page.click('button[aria-label="Zoom out"]');
    await page.waitForTimeout(400);
  }
  await settled(page);
  await shoot(page, 'wide-dark-far');

  await page.setViewportSize(PHONE);
  await page.keyboard.press('f');
  await settled(page);
  await shoot(page, 'phone-dark');
  await page.click('#theme');
  await page.locator('.row').nth(1).click();
  await settled(page);
  await shoot(page, 'phone-light-selected');
  await page.locator('.detail button[aria-label=Close]').click();
  await page.keyboard.press('f');
  await settled(page);
  await shoot(page, 'phone-light');

  await page.click('#sign-out');
  await page.locator('form.card').waitFor({ timeout: WAIT_MS });
  return { listed, drawn: drawnNow, framesPerSecond, moved };
}

async function enter(page) {
  if (options['set-up']) {
    await page.goto(`${origin}/setup#${options['set-up']}`);
    await page.fill('#user', options.user);
    await page.fill('#password', options.password);
    await page.fill('#again', options.password);
    await shoot(page, 'set-up');
    await page.click('button[type=submit]');
    await page.locator('.panel').waitFor({ timeout: WAIT_MS });
    assert.equal(new URL(page.url()).hash, '', 'the token is gone from the address');
    await page.click('#sign-out');
  } else {
    await page.goto(origin);
  }
  await page.fill('#user', options.user);
  await page.fill('#password', options.password);
  await shoot(page, 'sign-in');
  await page.click('button[type=submit]');
  await page.locator('.panel').waitFor({ timeout: WAIT_MS });
}

/** Selects a tracker that moves and waits until it is elsewhere. */
async function watchOneMove(page) {
  await page.click('.chip[data-state=moving]');
  const row = page.locator('.row:has(.state[data-state=moving])').first();
  await row.waitFor({ timeout: WAIT_MS });
  const id = await row.getAttribute('data-id');
  await row.click();
  await page.click('.chip[data-state=all]');
  const place = async () => {
    const facts = await page.locator('.detail .facts dd').allTextContents();
    return `${facts[0]} ${facts[1]}`;
  };
  await eventually('details are shown', async () => /\d\.\d{7}° [NS]/.test(await place()));
  const from = await place();
  await eventually(`${id} moves`, async () => (await place()) !== from);
  await eventually('its track is shown', async () =>
    /Today .* positions/.test((await page.locator('.detail-today').textContent()) ?? ''),
  );
  return { id, from, to: await place() };
}

async function newPage(settings) {
  const context = await browser.newContext({ ...settings, deviceScaleFactor: 1 });
  const page = await context.newPage();
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) {
      complaints.push(`a request left the origin: ${request.url()}`);
    }
  });
  page.on('console', (message) => {
    // SwiftShader stands in for a graphics card and says that reading its pixels back is slow.
    if (['error', 'warning'].includes(message.type()) && !/GPU stall/.test(message.text())) {
      complaints.push(`${message.type()}: ${message.text()} ${message.location().url}`);
    }
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.stack}`));
  return page;
}

/** What this browser manages, which on a machine without a graphics card is little. */
function frames(page) {
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        const startMs = performance.now();
        let count = 0;
        const next = () => {
          count++;
          const passedMs = performance.now() - startMs;
          if (passedMs < 3000) {
            requestAnimationFrame(next);
          } else {
            resolve(Math.round((count * 1000) / passedMs));
          }
        };
        requestAnimationFrame(next);
      }),
  );
}

async function drawn(page) {
  return Number((await page.locator('.map').getAttribute('data-drawn')) ?? 0);
}

/** Tiles and names are there, and the camera rests. */
async function settled(page) {
  await page.waitForTimeout(1000);
  await eventually('the base map is drawn', () => page.locator('.map[data-tiles=true]').count());
  await page.waitForTimeout(1000);
}

async function shoot(page, name) {
  await page.screenshot({ path: `${options.screenshots}/${name}.png` });
}

async function eventually(what, check) {
  const endMs = Date.now() + WAIT_MS;
  while (Date.now() < endMs) {
    if (await check()) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.fail(`not within ${WAIT_MS / 1000} s: ${what}; ${complaints.join('; ')}`);
}

/** SHA-256 of the public key of a server that really has a certificate of our authority. */
function verifiedKey() {
  const { hostname, port } = new URL(options.url);
  return new Promise((resolve, reject) => {
    const socket = connect(
      { host: hostname, port: Number(port), servername: hostname, ca: readFileSync(options.ca) },
      () => {
        const certificate = new X509Certificate(socket.getPeerCertificate().raw);
        const key = certificate.publicKey.export({ type: 'spki', format: 'der' });
        socket.destroy();
        resolve(createHash('sha256').update(key).digest('base64'));
      },
    );
    socket.on('error', reject);
  });
}
