// Clients that mean no good, against the running program: a thousand connections, half-open ones, huge messages, pins
// that nobody gives back. All the while a client that behaves is answered, and the node's memory stays within bounds.
import './lib/quiet.mjs';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { Network, sleep, until, within } from './lib/network.mjs';

const kConnections = 1000;
const kMemory = 600e6; // bytes; a node at rest has less than 150e6
const kPatience = 20_000; // ms for one answer to the client that behaves, while others have the machine busy

const request = (method, params = [], id = 1) => JSON.stringify({ jsonrpc: '2.0', id, method, params });

/** A WebSocket that counts what it hears. */
function connect(url) {
  return new Promise((done, fail) => {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    const client = { socket, heard: [], waiting: [], closed: new Promise((gone) => socket.once('close', gone)) };
    client.ask = (method, params) => socket.send(request(method, params));
    client.next = () => (client.heard.length ? Promise.resolve(client.heard.shift()) : new Promise((next) => client.waiting.push(next)));
    socket.on('message', (data) => (client.waiting.length ? client.waiting.shift()(data.toString()) : client.heard.push(data.toString())));
    socket.once('open', () => done(client)).on('error', fail);
  });
}

describe('phala-node among clients that mean no good', () => {
  let network, good, most;
  let watching = false;
  let watch;
  let asked = 0;

  before(async () => {
    network = await Network.create({ sealing: 'manual' });
    await network.startNode(['--rpc-max-connections', String(kConnections + 100)]);
  });
  after(() => network?.stop());

  // the client that behaves asks over and over, on a connection of its own and on new ones
  beforeEach(async () => {
    good = await connect(network.ws);
    most = 0;
    watching = true;
    watch = (async () => {
      for (; watching; await sleep(50)) {
        good.ask('chain_getHeader');
        const header = JSON.parse(await within('an answer to the client that behaves', good.next(), kPatience));
        assert.match(header.result.stateRoot, /^0x/);
        asked += 1;
        const rss = Number(readFileSync(`/proc/${network.node.child.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) * 1024;
        most = Math.max(most, rss);
      }
    })();
    watch.catch(() => {}); // told in afterEach
  });
  afterEach(async () => {
    watching = false;
    await watch;
    assert.ok(asked > 0);
    console.log(`# ${asked} answers to the client that behaves; at most ${(most / 1e6).toFixed(0)} MB resident`);
    assert.ok(most < kMemory, `${(most / 1e6).toFixed(0)} MB resident`);
    asked = 0;
    good.socket.close();
    assert.equal(network.node.exit, undefined, 'the node runs');
    assert.equal(await post(request('system_chain')).then((text) => JSON.parse(text).result), 'Phala Development');
  });

  const post = async (body) =>
    (await within('an answer', fetch(network.http, { method: 'POST', body, headers: { 'content-type': 'application/json' } }), kPatience)).text();

  test(`${kConnections} connections are served, and more are turned away in words`, async () => {
    const clients = [];
    while (clients.length < kConnections) clients.push(...(await Promise.all(Array.from({ length: 50 }, () => connect(network.ws)))));
    const ask = async (client) => {
      client.ask('chain_subscribeNewHeads');
      assert.ok(JSON.parse(await within('a subscription', client.next(), 60_000)).result);
    };
    await Promise.all(clients.map(ask));
    await Promise.all(clients.map((client) => within('the first head', client.next(), 60_000)));
    const made = JSON.parse(await post(request('engine_createBlock', [true, true]))).result;
    assert.ok(made.hash);
    for (const client of clients) {
      const { params } = JSON.parse(await within('a head', client.next(), 60_000));
      assert.equal(params.result.number, '0x1');
    }
    // up to the limit and beyond it
    const more = await Promise.allSettled(Array.from({ length: 200 }, () => connect(network.ws)));
    const refused = more.filter(({ status }) => status === 'rejected');
    assert.ok(refused.length >= 100, `${refused.length} of 200 refused`);
    for (const { value } of more) value?.socket.terminate();
    for (const { socket } of clients) socket.terminate();
    await until('there is room again', () => connect(network.ws).then(({ socket }) => { socket.close(); return true; }));
  });

  test('half-open connections cost nobody else anything', async () => {
    const { port } = new URL(network.http);
    const starts = ['', 'POST / HTTP/1.1\r\n', 'GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgr',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 15000000\r\n\r\n[', '\x00\xff\x16\x03\x01'];
    const sockets = Array.from({ length: 1000 }, (_, i) => {
      const socket = createConnection({ port: Number(port), host: '127.0.0.1' });
      socket.on('error', () => {}).write(starts[i % starts.length], 'latin1');
      return socket;
    });
    for (let i = 0; i < 20; ++i) assert.equal(JSON.parse(await post(request('system_health'))).result.isSyncing, false);
    for (const socket of sockets) socket.destroy();
  });

  test('huge messages are bounded', async () => {
    const batch = (count, method, params) => `[${Array.from({ length: count }, (_, i) => request(method, params, i)).join(',')}]`;
    // as many as a batch may have, of answers that are large together
    const metadata = await post(batch(10_000, 'state_getMetadata'));
    assert.ok(metadata.length < 16e6 + 10_000 * 200, `${metadata.length} bytes of answer`);
    assert.match(metadata, /too (big|large)|exceed/i);
    // one more, on several connections at a time, and beyond the bytes of a message
    for (const answer of await Promise.all(Array.from({ length: 8 }, () => post(batch(10_001, 'system_name')))))
      assert.ok(JSON.parse(answer).error.code < 0);
    for (const answer of await Promise.all(Array.from({ length: 4 }, () => post(batch(10_000, 'system_name')))))
      assert.equal(JSON.parse(answer).length, 10_000);
    const response = await fetch(network.http, { method: 'POST', body: ' '.repeat(16e6), headers: { 'content-type': 'application/json' } }).catch((error) => error);
    assert.ok(response instanceof Error || response.status === 413, `status ${response.status}`);
    // deep and unfinished ones
    for (const body of ['['.repeat(1e6), '{"a":'.repeat(1e6), `${'['.repeat(1e5)}${']'.repeat(1e5)}`, `{"jsonrpc":"2.0","id":1,"method":"x","params":${'['.repeat(1e6)}`])
      assert.ok(JSON.parse(await post(body)).error);
    // a client that asks much and reads nothing
    const deaf = await connect(network.ws);
    deaf.socket._socket.pause();
    for (let i = 0; i < 400; ++i) deaf.ask('state_getMetadata');
    await sleep(2000);
    deaf.socket.terminate();
  });

  test('pins that nobody gives back do not pile up', async () => {
    const hoarders = await Promise.all(Array.from({ length: 25 }, () => connect(network.ws)));
    let follows = 0;
    for (const hoarder of hoarders) {
      for (let i = 0; i < 6; ++i) hoarder.ask('chainHead_v1_follow', [true]);
      hoarder.stopped = new Set();
      hoarder.refusals = 0;
      hoarder.socket.removeAllListeners('message');
      for (const text of hoarder.heard.splice(0)) hear(hoarder, text);
      hoarder.socket.on('message', (data) => hear(hoarder, data.toString()));
    }
    function hear(hoarder, text) {
      const { result, error, params } = JSON.parse(text);
      if (error) hoarder.refusals += 1;
      if (typeof result === 'string') follows += 1;
      if (params?.result?.event === 'stop') hoarder.stopped.add(params.subscription);
    }
    await until('all have been answered', () => hoarders.every(({ refusals }) => refusals === 2) && follows === 100);
    // 600 blocks, none of them unpinned by anybody
    for (let i = 0; i < 600; ++i) assert.ok(JSON.parse(await post(request('engine_createBlock', [true, true]))).result.hash);
    await until('the hoarders are stopped', () => hoarders.reduce((sum, { stopped }) => sum + stopped.size, 0) === follows);
    for (const { socket } of hoarders) socket.terminate();
    // one who unpins follows as ever
    const fair = await connect(network.ws);
    fair.ask('chainHead_v1_follow', [true]);
    const { result: id } = JSON.parse(await within('a follow', fair.next(), kPatience));
    const { params } = JSON.parse(await within('its first event', fair.next(), kPatience));
    assert.equal(params.subscription, id);
    assert.equal(params.result.event, 'initialized');
    fair.socket.close();
  });
});
