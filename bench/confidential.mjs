#!/usr/bin/env node
// What a user of a confidential contract waits for, end to end over HTTP: an encrypted query at 1 and 32 connections,
// and the way from sending a command until its effect is visible, with blocks of 1 s. Prints; asserts nothing.
//   node bench/confidential.mjs [--seconds 5] [--commands 10]
import '../tests/clients/lib/quiet.mjs';
import { Agent, request as httpRequest } from 'node:http';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { GAS, bootstrap, captureQuery, openContract } from '../tests/clients/lib/bootstrap.mjs';
import { balanceOf } from '../tests/clients/lib/demo.mjs';
import { Network, until } from '../tests/clients/lib/network.mjs';
import { encodeQuery } from '../tests/clients/lib/worker_api.mjs';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '5' }, commands: { type: 'string', default: '10' } } });

function post(url, body, agent) {
  return new Promise((done, fail) => {
    const request = httpRequest(`${url}/prpc/PhactoryAPI.ContractQuery`, {
      method: 'POST', agent, headers: { 'Content-Type': 'application/octet-stream', 'Content-Length': body.length },
    }, (response) => {
      response.on('data', () => {}).on('error', fail).on('end', () => (response.statusCode === 200 ? done() : fail(new Error(`status ${response.statusCode}`))));
    });
    request.on('error', fail).end(body);
  });
}

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

function report(name, times, seconds) {
  const sorted = times.toSorted ? times.toSorted((a, b) => a - b) : [...times].sort((a, b) => a - b);
  const rate = seconds ? `  ${(times.length / seconds).toFixed(0).padStart(6)} per s` : '';
  console.log(`${name.padEnd(44)} p50 ${at(sorted, 0.5).toFixed(2).padStart(8)} ms  p99 ${at(sorted, 0.99).toFixed(2).padStart(8)} ms${rate}`);
}

async function queries(url, bodies, connections, seconds) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times = [];
  const end = performance.now() + seconds * 1000;
  let next = 0;
  const start = performance.now();
  await Promise.all(Array.from({ length: connections }, async () => {
    while (performance.now() < end) {
      const begin = performance.now();
      await post(url, bodies[next++ % bodies.length], agent);
      times.push(performance.now() - begin);
    }
  }));
  report(`encrypted query, ${connections} connection${connections === 1 ? '' : 's'}`, times, (performance.now() - start) / 1000);
  agent.destroy();
}

const network = await Network.create();
try {
  const up = await bootstrap(network);
  const { Alice, Bob } = up.pairs;
  const { built, id } = up.contracts.token_a;
  const token = await openContract(up.registry, built, id);
  // made before the clock runs: a client's own cryptography in JavaScript takes longer than the answer
  const bodies = [];
  for (let count = 0; count < 64; ++count) bodies.push(encodeQuery(await captureQuery(up.registry, built, id, Alice, 'balanceOf', [Alice.address])));
  await queries(network.workers[0].url, bodies, 1, 1); // warm
  for (const connections of [1, 32]) await queries(network.workers[0].url, bodies, connections, Number(values.seconds));

  const times = [];
  for (let count = 0; count < Number(values.commands); ++count) {
    const had = (await balanceOf(token, Bob, Bob)).value;
    const begin = performance.now();
    await token.tx.transfer({ gasLimit: GAS }, Bob.address, 1n).signAndSend(Alice, { nonce: -1 });
    await until('the effect', async () => (await balanceOf(token, Bob, Bob)).value === had + 1n, { every: 20 });
    times.push(performance.now() - begin);
  }
  report('command to visible effect, blocks of 1 s', times);
  await up.api.disconnect();
} catch (error) {
  network.dump();
  throw error;
} finally {
  await network.stop();
}
