#!/usr/bin/env node
// How long a development node takes from its start to its first answer by JSON-RPC and to its first block, and how
// much memory it holds while idle; with an empty cache of compiled runtimes (cold), and with what the start before left
// there (warm). The operating system has the program's file in memory in both. Targets: the first block within 2 s cold,
// 150 MB idle. Prints; asserts nothing. Measure what is shipped, on a machine that does nothing else:
//   ./dev bench startup        builds the release and runs this
//   PHALA_BUILD=build/release node bench/startup.mjs [--rounds 5] [--idle 30]
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { Program, freePort, paths, sleep } from '../tests/clients/lib/network.mjs';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' }, idle: { type: 'string', default: '30' } } });
const folder = mkdtempSync(join(tmpdir(), 'phala-startup-'));

/** The best block's number, or nothing while nobody answers. */
function ask(port) {
  return new Promise((done) => {
    const asked = request({ port, host: '127.0.0.1', method: 'POST', headers: { 'content-type': 'application/json' } }, (response) => {
      let text = '';
      response.on('data', (part) => { text += part; }).on('end', () => done(Number(JSON.parse(text).result.number)));
    });
    asked.on('error', () => done(undefined)).end('{"jsonrpc":"2.0","id":1,"method":"chain_getHeader","params":[]}');
  });
}

/** Starts a node, and asks it every 5 ms; gives it and the milliseconds until its first answer and its first block. */
async function start(sealing, cache) {
  const port = await freePort();
  const begin = performance.now();
  const node = new Program('phala-node', paths.node,
    ['--dev', '--blob', paths.runtime, '--rpc-port', String(port), '--no-prometheus', '--sealing', sealing],
    join(folder, 'node.log'), { XDG_CACHE_HOME: cache, PHALA_FAULT: '' });
  let answers;
  for (;; await sleep(5)) {
    const best = await ask(port);
    if (best === undefined) {
      if (node.exit !== undefined) throw new Error(`the node ended:\n${node.tail()}`);
      continue;
    }
    answers ??= performance.now() - begin;
    if (best > 0) return { node, answers, block: performance.now() - begin };
  }
}

function report(name, times) {
  const sorted = [...times].sort((a, b) => a - b);
  console.log(`${name.padEnd(56)} median ${sorted[Math.floor(sorted.length / 2)].toFixed(0).padStart(6)} ms  most ${sorted.at(-1).toFixed(0).padStart(6)} ms`);
}

/** In MB (10^6 bytes), from /proc. */
const memory = (pid, field) => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(new RegExp(`${field}:\\s+(\\d+)`))[1]) * 1024 / 1e6;

/** What it holds after a time with a block each second and nobody who asks. */
async function idle(name, cache) {
  const { node } = await start('interval', cache);
  await sleep(Number(values.idle) * 1000);
  const { pid } = node.child;
  console.log(`${`idle for ${values.idle} s, ${name}`.padEnd(56)} resident ${memory(pid, 'VmRSS').toFixed(0)} MB, of it files `
    + `${memory(pid, 'RssFile').toFixed(0)} MB; most ever ${memory(pid, 'VmHWM').toFixed(0)} MB`);
  await node.stop('SIGTERM');
}

try {
  const rounds = Number(values.rounds);
  // slots are a second: a block of the interval waits for the next one, a soon one does not
  for (const [sealing, what] of [['interval', 'slots of 1 s'], ['interval=10', 'made at once']]) {
    const times = { cold: [], warm: [] };
    for (let round = 0; round < rounds; ++round)
      for (const kind of ['cold', 'warm']) {
        const { node, ...measured } = await start(sealing, join(folder, `cache-${sealing}-${round}`)); // the first fills it
        times[kind].push(measured);
        await node.stop('SIGTERM');
      }
    for (const kind of ['cold', 'warm']) {
      report(`start to the first answer, ${kind}`, times[kind].map(({ answers }) => answers));
      report(`start to the first block, ${kind} (${what})`, times[kind].map(({ block }) => block));
    }
  }
  await idle('after a cold start', join(folder, 'cache-idle'));
  await idle('after a warm start', join(folder, 'cache-idle'));
} finally {
  rmSync(folder, { recursive: true });
}
