#!/usr/bin/env node
// How long a development node takes to its first block, with an empty cache of compiled runtimes and with a warm one,
// and how much memory it holds while idle. Targets: 2 s cold, 150 MB. Prints; asserts nothing.
//   PHALA_BUILD=build/release node bench/startup.mjs [--rounds 5] [--idle 30]
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { Program, paths, sleep } from '../tests/clients/lib/network.mjs';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' }, idle: { type: 'string', default: '30' } } });
const folder = mkdtempSync(join(tmpdir(), 'phala-startup-'));

/** Starts a node; gives it and the milliseconds until it serves and until its first block. */
async function start(cache) {
  const begin = performance.now();
  const node = new Program('phala-node', paths.node, ['--dev', '--blob', paths.runtime, '--rpc-port', '0', '--no-prometheus'],
    join(folder, 'node.log'), { XDG_CACHE_HOME: cache, PHALA_FAULT: '' });
  await node.line(/rpc +ws:/);
  const serves = performance.now() - begin;
  await node.line(/sealed block #1 /);
  return { node, serves, block: performance.now() - begin };
}

function report(name, times) {
  const sorted = [...times].sort((a, b) => a - b);
  console.log(`${name.padEnd(44)} median ${sorted[Math.floor(sorted.length / 2)].toFixed(0).padStart(6)} ms  most ${sorted.at(-1).toFixed(0).padStart(6)} ms`);
}

/** In MB (10^6 bytes), from /proc. */
const memory = (pid, field) => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(new RegExp(`${field}:\\s+(\\d+)`))[1]) * 1024 / 1e6;

try {
  const rounds = Number(values.rounds);
  const times = { cold: [], warm: [] };
  for (let round = 0; round < rounds; ++round)
    for (const kind of ['cold', 'warm']) {
      const cache = join(folder, `cache-${round}`); // the first start of a round fills it
      const { node, serves, block } = await start(cache);
      times[kind].push({ serves, block });
      await node.stop('SIGTERM');
    }
  for (const kind of ['cold', 'warm']) {
    report(`start to JSON-RPC, ${kind}`, times[kind].map(({ serves }) => serves));
    report(`start to the first block, ${kind} (slots of 1 s)`, times[kind].map(({ block }) => block));
  }
  const { node } = await start(join(folder, 'idle'));
  await sleep(Number(values.idle) * 1000);
  console.log(`${`idle for ${values.idle} s, a block each second`.padEnd(44)} resident ${memory(node.child.pid, 'VmRSS').toFixed(0)} MB, `
    + `most ${memory(node.child.pid, 'VmHWM').toFixed(0)} MB, of it files ${memory(node.child.pid, 'RssFile').toFixed(0)} MB`);
  await node.stop('SIGTERM');
} finally {
  rmSync(folder, { recursive: true });
}
