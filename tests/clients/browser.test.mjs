// Row 25 of spec phala-sdk-wire §7: in a headless Chromium, a page from another origin, with the SDK's browser build,
// completes a private query against a running worker.
import './lib/quiet.mjs';
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { PHA } from './lib/bootstrap.mjs';
import { root } from './lib/network.mjs';
import { standingNetwork } from './lib/standing.mjs';

const folder = join(root, 'tests/clients/browser');
const installed = createRequire(join(folder, 'package.json'));
const chromium = process.env.PHALA_CHROMIUM ?? '/usr/bin/chromium';

/** The page's script: the SDK, which picks its browser build by itself, and all it needs. */
async function bundle() {
  const { build } = installed('esbuild');
  const { outputFiles } = await build({
    entryPoints: [join(folder, 'page.mjs')], bundle: true, write: false, format: 'esm', platform: 'browser', target: 'chrome120', logLevel: 'error',
    define: { global: 'globalThis' }, nodePaths: [join(folder, 'node_modules')],
    inject: [join(folder, 'polyfills.mjs')],
  });
  return outputFiles[0].text;
}

describe('a browser', { skip: existsSync(chromium) ? false : `${chromium} is not there: apt-get install chromium, or set PHALA_CHROMIUM` }, () => {
  let network, up, server, browser;

  standingNetwork({ prepare: async (standing) => {
    ({ network, up } = standing);
    const { id, built } = up.contracts.token_a;
    const files = {
      '/': ['text/html', readFileSync(join(folder, 'index.html'))],
      '/page.js': ['text/javascript', await bundle()],
      '/network.json': ['application/json', JSON.stringify({ ws: network.ws, worker: network.workers[0].url, cluster: up.cluster, contract: id, abi: built.json })],
    };
    server = createServer((request, response) => {
      const [type, content] = files[request.url] ?? ['text/plain', ''];
      response.writeHead(content === '' ? 404 : 200, { 'Content-Type': type }).end(content);
    });
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    const { default: puppeteer } = await import(installed.resolve('puppeteer-core'));
    browser = await puppeteer.launch({ executablePath: chromium, headless: true, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
  } });
  after(async () => {
    await browser?.close();
    server?.close();
  });

  test('25: a page from another origin completes a private query', async () => {
    const page = await browser.newPage();
    const requests = [];
    const problems = [];
    page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()); });
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('requestfinished', (request) => requests.push(`${request.method()} ${request.url()}`));
    const origin = `http://127.0.0.1:${server.address().port}`;
    await page.goto(origin);
    await page.waitForFunction(() => /^(done|failed)/.test(document.getElementById('state').textContent), { timeout: 60_000 });
    const text = (id) => page.$eval(`#${id}`, (element) => element.textContent);
    if (process.env.PHALA_SCREENSHOT) await page.screenshot({ path: process.env.PHALA_SCREENSHOT });
    assert.equal(await text('state'), 'done', problems.join('\n'));
    assert.equal(await text('Alice'), (1_000_000n * PHA).toString());
    assert.equal(await text('Bob'), 'NotYours');
    const worker = network.workers[0].url;
    assert.notEqual(new URL(worker).origin, origin);
    assert.ok(requests.includes(`POST ${worker}/prpc/PhactoryAPI.ContractQuery`), requests.join('\n'));
    await page.close();
  });

  test('25: the worker answers the question before the question', async () => {
    const response = await fetch(`${network.workers[0].url}/prpc/PhactoryAPI.ContractQuery`, {
      method: 'OPTIONS', headers: { Origin: 'http://elsewhere', 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'content-type' },
    });
    assert.equal(response.status, 204);
    assert.match(response.headers.get('access-control-allow-origin'), /\*|elsewhere/);
    assert.match(response.headers.get('access-control-allow-headers'), /content-type|\*/i);
  });
});
