#!/usr/bin/env node
// What a user of a confidential contract waits for, end to end over HTTP: an encrypted query at 1 and 32 connections,
// the way from sending a command until its effect is visible, with blocks of 1 s, and how long a worker that begins again
// needs for the commands that it missed. Prints; asserts nothing.
//   node bench/confidential.mjs [--seconds 5] [--commands 10] [--behind 10000]
import '../tests/clients/lib/quiet.mjs';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { GAS, bootstrap, captureQuery, openContract } from '../tests/clients/lib/bootstrap.mjs';
import { balanceOf } from '../tests/clients/lib/demo.mjs';
import { send } from '../tests/clients/lib/chain.mjs';
import { Network, until } from '../tests/clients/lib/network.mjs';
import { clusterState, encodeQuery } from '../tests/clients/lib/worker_api.mjs';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '5' }, commands: { type: 'string', default: '10' }, behind: { type: 'string', default: '10000' } } });

/**
 * A connection that does as little as a client can, so that the worker's part is what is measured: requests are made
 * beforehand, and of an answer it looks for the end alone.
 */
class Connection {
  static async open(url) {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.setNoDelay(true);
    await once(socket, 'connect');
    return new Connection(socket);
  }

  constructor(socket) {
    this.socket = socket.on('data', (chunk) => this.#take(chunk)).on('error', (error) => this.fail?.(error));
  }

  static request(body) {
    return Buffer.concat([Buffer.from(`POST /prpc/PhactoryAPI.ContractQuery HTTP/1.1\r\nHost: worker\r\nContent-Type: application/octet-stream\r\nContent-Length: ${body.length}\r\n\r\n`), body]);
  }

  ask(request) {
    this.had = undefined;
    return new Promise((done, fail) => {
      Object.assign(this, { done, fail });
      this.socket.write(request);
    });
  }

  #take(chunk) {
    this.had = this.had ? Buffer.concat([this.had, chunk]) : chunk;
    const head = this.had.indexOf('\r\n\r\n');
    if (head < 0) return;
    const text = this.had.latin1Slice(0, head);
    if (!text.startsWith('HTTP/1.1 200 ')) this.fail(new Error(text));
    else if (this.had.length === head + 4 + Number(/^content-length: (\d+)/im.exec(text)[1])) this.done();
  }
}

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

function report(name, times, seconds) {
  const sorted = times.toSorted ? times.toSorted((a, b) => a - b) : [...times].sort((a, b) => a - b);
  const rate = seconds ? `  ${(times.length / seconds).toFixed(0).padStart(6)} per s` : '';
  console.log(`${name.padEnd(44)} p50 ${at(sorted, 0.5).toFixed(2).padStart(8)} ms  p99 ${at(sorted, 0.99).toFixed(2).padStart(8)} ms${rate}`);
}

/** Processor time that a process has taken, in ms. Linux counts it in hundredths of a second. */
const cpuOf = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
};

async function queries({ url, program }, bodies, connections, seconds) {
  const requests = bodies.map(Connection.request);
  const open = await Promise.all(Array.from({ length: connections }, () => Connection.open(url)));
  const times = [];
  const end = performance.now() + seconds * 1000;
  let next = 0;
  const cpu = cpuOf(program.child.pid);
  const start = performance.now();
  await Promise.all(open.map(async (connection) => {
    while (performance.now() < end) {
      const begin = performance.now();
      await connection.ask(requests[next++ % requests.length]);
      times.push(performance.now() - begin);
    }
  }));
  report(`encrypted query, ${connections} connection${connections === 1 ? '' : 's'}`, times, (performance.now() - start) / 1000);
  const each = (cpuOf(program.child.pid) - cpu) / times.length;
  console.log(`  the worker's processor time for each: ${(each * 1000).toFixed(0)} us, ${(1000 / each).toFixed(0)} per s and core`);
  for (const { socket } of open) socket.destroy();
}

/** Stops a worker, gives the chain so many commands, and starts it again. */
async function catchUp(network, { api, pairs }, token, behind) {
  const [one, two] = network.workers;
  await two.program.stop();
  const call = token.tx.transfer({ gasLimit: GAS }, pairs.Bob.address, 1n); // one ciphertext for all: the workers do not mind
  const had = (await balanceOf(token, pairs.Bob, pairs.Bob)).value;
  const begin = performance.now();
  for (let sent = 0; sent < behind;) {
    const count = Math.min(500, behind - sent);
    await send(api, api.tx.utility.batchAll(Array(count).fill(call)), pairs.Alice, { timeout: 120_000 });
    sent += count;
  }
  await until('all commands on the worker that runs', async () => (await balanceOf(token, pairs.Bob, pairs.Bob)).value === had + BigInt(behind), { timeout: 300_000, every: 100 });
  console.log(`${behind} commands through the chain and one worker     ${((performance.now() - begin) / 1000).toFixed(1)} s`);
  const { global } = await clusterState(one);
  const restart = performance.now();
  const again = await network.startWorker(2);
  const serving = performance.now();
  await until('what was missed', async () => (await clusterState(again)).global >= global, { timeout: 300_000, every: 20 });
  const took = (performance.now() - restart) / 1000;
  console.log(`restart with ${behind} commands behind               serves after ${((serving - restart) / 1000).toFixed(1)} s, caught up after ${took.toFixed(1)} s: ${(behind / took).toFixed(0)} commands per s`);
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
  await queries(network.workers[0], bodies, 1, 1); // warm
  for (const connections of [1, 32]) await queries(network.workers[0], bodies, connections, Number(values.seconds));

  const times = [];
  for (let count = 0; count < Number(values.commands); ++count) {
    const had = (await balanceOf(token, Bob, Bob)).value;
    const begin = performance.now();
    await token.tx.transfer({ gasLimit: GAS }, Bob.address, 1n).signAndSend(Alice, { nonce: -1 });
    await until('the effect', async () => (await balanceOf(token, Bob, Bob)).value === had + 1n, { every: 20 });
    times.push(performance.now() - begin);
  }
  report('command to visible effect, blocks of 1 s', times);
  await catchUp(network, up, token, Number(values.behind));
  await up.api.disconnect();
} catch (error) {
  network.dump();
  throw error;
} finally {
  await network.stop();
}
