// phala-node's JSON-RPC as bytes: what no library hides. Over HTTP and a bare WebSocket.
import './lib/quiet.mjs';
import assert from 'node:assert/strict';
import { createConnection } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { ApiPromise, HttpProvider, Keyring } from '@polkadot/api';
import { WebSocket } from 'ws';
import { Network, Program, paths, until, within } from './lib/network.mjs';

const zero = `0x${'00'.repeat(32)}`;

describe('JSON-RPC of phala-node', () => {
  let network;
  let genesis;

  before(async () => {
    network = await Network.create({ sealing: 'manual' });
    await network.startNode();
    genesis = await result('chain_getBlockHash', [0]);
    for (let i = 0; i < 3; ++i) await result('engine_createBlock', [true, true]);
  });
  after(() => network?.stop());

  const post = async (body, headers = {}) =>
    (await fetch(network.http, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })).text();
  const call = async (method, params = []) => JSON.parse(await post(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })));
  const result = async (method, params) => {
    const answer = await call(method, params);
    assert.equal(answer.error, undefined, `${method}: ${JSON.stringify(answer.error)}`);
    return answer.result;
  };
  const refused = async (code, text, method, params) => {
    const { error } = await call(method, params);
    assert.equal(error?.code, code, `${method}: ${JSON.stringify(error)}`);
    assert.match(`${error.message} ${error.data ?? ''}`, text);
  };

  /** A WebSocket whose messages can be awaited one by one. */
  const open = async () => {
    const socket = new WebSocket(network.ws);
    const heard = [];
    const waiting = [];
    socket.on('message', (text) => (waiting.length ? waiting.shift()(JSON.parse(text)) : heard.push(JSON.parse(text))));
    await new Promise((done, fail) => socket.once('open', done).once('error', fail));
    return {
      send: (text) => socket.send(text),
      ask: (method, params = [], id = 1) => socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params })),
      next: () => within('a message', heard.length ? Promise.resolve(heard.shift()) : new Promise((done) => waiting.push(done)), 10_000),
      close: () => socket.close(),
    };
  };

  test('lists every method it serves, and groups of the new API only whole', async () => {
    const { methods } = await result('rpc_methods');
    for (const name of ['chain_getBlock', 'chain_getBlockHash', 'chain_getFinalizedHead', 'chain_getHeader', 'chain_subscribeNewHead',
      'chain_subscribeNewHeads', 'chain_unsubscribeNewHeads', 'chain_subscribeAllHeads', 'chain_subscribeFinalizedHeads', 'state_call',
      'state_getKeysPaged', 'state_getMetadata', 'state_getReadProof', 'state_getRuntimeVersion', 'state_getStorage', 'state_getStorageHash',
      'state_getStorageSize', 'state_queryStorageAt', 'state_subscribeRuntimeVersion', 'state_subscribeStorage', 'state_unsubscribeStorage', 'state_traceBlock',
      'offchain_localStorageSet', 'offchain_localStorageGet', 'offchain_localStorageClear',
      'author_submitExtrinsic', 'author_submitAndWatchExtrinsic', 'author_unwatchExtrinsic', 'author_pendingExtrinsics',
      'system_accountNextIndex', 'system_chain', 'system_chainType', 'system_dryRun', 'system_health', 'system_localPeerId', 'system_name',
      'system_nodeRoles', 'system_properties', 'system_syncState', 'system_version', 'payment_queryInfo', 'payment_queryFeeDetails',
      'engine_createBlock', 'engine_finalizeBlock', 'phala_laneRange', 'phala_payload', 'rpc_methods'])
      assert.ok(methods.includes(name), name);
    // the mere name of a group makes clients rely on all of it
    const groups = { chainHead_v1: ['follow', 'unfollow', 'header', 'body', 'call', 'storage', 'continue', 'stopOperation', 'unpin'],
      chainSpec_v1: ['chainName', 'genesisHash', 'properties'], transaction_v1: ['broadcast', 'stop'], transactionWatch_v1: ['submitAndWatch', 'unwatch'],
      archive_v1: ['genesisHash', 'finalizedHeight', 'hashByHeight', 'header', 'body', 'call', 'storage', 'stopStorage',
        'storageDiff', 'stopStorageDiff', 'storageDiff_stopStorageDiff'] };
    for (const [group, names] of Object.entries(groups))
      assert.deepEqual(methods.filter((name) => name.startsWith(`${group}_`)), names.map((name) => `${group}_${name}`).sort());
  });

  test('gives blocks and headers in the exact form', async () => {
    const hash = await result('chain_getBlockHash', [2]);
    assert.equal(await result('chain_getBlockHash', ['0x2']), hash);
    assert.deepEqual(await result('chain_getBlockHash', [[0, 2, 99]]), [genesis, hash, null]);
    const header = await result('chain_getHeader', [hash]);
    assert.deepEqual(Object.keys(header), ['parentHash', 'number', 'stateRoot', 'extrinsicsRoot', 'digest']);
    assert.equal(header.number, '0x2');
    assert.match(header.digest.logs[0], /^0x0661757261/);
    assert.match(header.digest.logs.at(-1), /^0x05617572610101/);
    const { block, justifications } = await result('chain_getBlock', [hash]);
    assert.deepEqual(block.header, header);
    assert.ok(block.extrinsics.length >= 1);
    assert.equal(justifications, null);
    assert.equal((await result('chain_getHeader', [genesis])).parentHash, zero);
    assert.equal(await result('chain_getHeader', [zero]), null);
    assert.equal(await result('chain_getBlock', [zero]), null);
    assert.equal(await result('chain_getFinalizedHead'), await result('chain_getBlockHash'));
  });

  test('reads state by key, page and proof', async () => {
    const keys = await result('state_getKeysPaged', ['0x', 1000, null, null]);
    assert.ok(keys.length > 20);
    assert.deepEqual(keys, [...keys].sort());
    const [first, second, third] = await result('state_getKeysPaged', ['0x', 3]);
    assert.deepEqual(await result('state_getKeysPaged', ['0x', 2, first]), [second, third]);
    const prefix = second.slice(0, 34);
    const below = keys.filter((key) => key.startsWith(prefix));
    assert.deepEqual(await result('state_getKeysPaged', [prefix, 1000, prefix]), below.filter((key) => key !== prefix));
    const value = await result('state_getStorage', [second]);
    assert.match(value, /^0x/);
    assert.equal(await result('state_getStorageSize', [second]), (value.length - 2) / 2);
    assert.match(await result('state_getStorageHash', [second]), /^0x[0-9a-f]{64}$/);
    assert.equal(await result('state_getStorage', ['0x1234']), null);
    const at = await result('chain_getBlockHash');
    assert.deepEqual(await result('state_queryStorageAt', [[second, '0x1234', second]]), [{ block: at, changes: [[second, value], ['0x1234', null], [second, value]] }]);
    const proof = await result('state_getReadProof', [[second, '0x1234']]);
    assert.equal(proof.at, at);
    assert.ok(proof.proof.length >= 1);
    await refused(4002, /1001/, 'state_getKeysPaged', ['0x', 1001]);
    await refused(4003, /^Client error: UnknownBlock/, 'state_getStorage', [second, zero]);
  });

  test('calls the runtime and says how a call failed', async () => {
    const metadata = await result('state_getMetadata');
    assert.match(metadata, /^0x6d6574610e/);
    const wrapped = await result('state_call', ['Metadata_metadata', '']); // the empty string is no bytes, as "0x" is
    assert.ok(wrapped.endsWith(metadata.slice(2)));
    assert.equal(await result('state_call', ['Metadata_metadata', '0x']), wrapped);
    await refused(4003, /Execution failed/, 'state_call', ['No_such_function', '0x']);
    await refused(4003, /Execution failed/, 'state_call', ['BlockBuilder_apply_extrinsic', '0x00']);
    const version = await result('state_getRuntimeVersion');
    assert.equal(version.specName, 'khala');
    assert.equal(version.implName, 'khala-cpp');
    assert.equal(version.stateVersion, version.systemVersion);
    assert.ok(version.apis.some(([id, number]) => id === '0xdf6acb689907609b' && number === 5));
  });

  test('refuses malformed requests of every kind and lives on', async () => {
    const code = async (text) => JSON.parse(await post(text)).error?.code;
    assert.equal(await code('{'), -32700);
    assert.equal(await code(''), -32700);
    assert.equal(await code('['.repeat(1_000_000)), -32700);
    assert.equal(await code(`{"jsonrpc":"2.0","id":1,"method":"system_name","params":${'['.repeat(5000)}${']'.repeat(5000)}}`), -32700);
    assert.equal(await code('[]'), -32600);
    assert.equal(await code('{"id":1,"method":"system_name"}'), -32600);
    assert.equal(await code('{"jsonrpc":"2.0","id":1,"method":5}'), -32600);
    await refused(-32601, /^Method not found/, 'chainHead_v0_follow', [true]);
    // what docs/run-a-node.md says is not served is not listed either, so that clients do not count on it
    const { methods } = await result('rpc_methods');
    for (const method of ['grandpa_roundState', 'grandpa_proveFinality', 'grandpa_subscribeJustifications', 'state_trieMigrationStatus', 'babe_epochAuthorship',
      'sync_state_genSyncSpec', 'dev_getBlockStats']) {
      await refused(-32601, /^Method not found/, method);
      assert.ok(!methods.includes(method), method);
    }
    await refused(-32601, /WebSocket/, 'chainHead_v1_follow', [true]);
    for (const params of [[], ['0x1'], ['0xgg'], [5], [['0x00']], ['0x00', '0x00'], ['0x00', 'best'], ['0x00', null, 1]])
      await refused(-32602, /Invalid params/, 'state_getStorage', params);
    await refused(-32602, /Invalid params/, 'chain_getBlockHash', [-1]);
    await refused(-32602, /Invalid params/, 'chain_getBlockHash', [4294967296]);
    await refused(-32602, /Invalid params/, 'system_accountNextIndex', ['5nonsense']);
    assert.equal(await result('system_name'), 'Phala Node');
  });

  test('refuses malformed and worthless extrinsics with the codes clients know', async () => {
    await refused(1001, /invalid format/, 'author_submitExtrinsic', ['0x']);
    await refused(1001, /invalid format/, 'author_submitExtrinsic', ['0x0c0400']); // announces three bytes, brings two
    await refused(1001, /invalid format/, 'author_submitExtrinsic', ['0x04000000']); // announces one, brings three
    await refused(1001, /invalid format/, 'author_submitExtrinsic', ['0xffffffff']);
    await refused(1002, /Verification Error/, 'author_submitExtrinsic', [`0x28${'84'.repeat(10)}`]);
    await refused(1002, /Verification Error/, 'author_submitExtrinsic', ['0x0400']);
    await refused(1002, /Verification Error/, 'author_submitExtrinsic', ['0x1004ffffff']);
    await refused(1002, /Verification Error/, 'author_submitExtrinsic', [`0x28${'05'.repeat(10)}`]);
    await refused(1011, /Unknown Transaction Validity/, 'author_submitExtrinsic', ['0x1005030000']); // V5, bare: a batch
    await refused(1010, /^Invalid Transaction/, 'author_submitExtrinsic', ['0x204500000000000000']); // V5, general: nobody's
    const { block } = await result('chain_getBlock');
    const inherent = block.extrinsics[0]; // sets the time
    await refused(1012, /temporarily banned/, 'author_submitExtrinsic', [inherent]); // it is in a block already
    await refused(1010, /^Invalid Transaction/, 'author_submitExtrinsic', [inherent.slice(0, -2) + '02']);
    const big = `0x${'00'.repeat(6 << 20)}`;
    await refused(1001, /invalid format/, 'author_submitExtrinsic', [big]);
    assert.deepEqual(await result('author_pendingExtrinsics'), []);
  });

  test('estimates, tries, counts and watches a transaction', async () => {
    const api = await ApiPromise.create({ provider: new HttpProvider(network.http), noInitWarn: true });
    const keyring = new Keyring({ type: 'sr25519', ss58Format: 30 });
    const [alice, bob] = ['//Alice', '//Bob'].map((suri) => keyring.addFromUri(suri));
    const sign = (nonce, suri = alice) =>
      api.tx.balances.transferKeepAlive(bob.address, 10n ** 12n)
        .sign(suri, { nonce, era: 0, blockHash: api.genesisHash, genesisHash: api.genesisHash, runtimeVersion: api.runtimeVersion })
        .toHex();
    const info = await result('payment_queryInfo', [sign(0)]);
    assert.deepEqual(Object.keys(info), ['weight', 'class', 'partialFee']);
    assert.equal(info.class, 'normal');
    const { inclusionFee } = await result('payment_queryFeeDetails', [sign(0)]);
    const sum = BigInt(inclusionFee.baseFee) + BigInt(inclusionFee.lenFee) + BigInt(inclusionFee.adjustedWeightFee);
    assert.equal(sum, BigInt(info.partialFee));
    assert.equal(await result('system_dryRun', [sign(0)]), '0x0000');
    assert.equal(await result('system_dryRun', [sign(7)]), '0x010002'); // in the future

    for (const address of [alice.address, keyring.encodeAddress(alice.publicKey, 42)]) assert.equal(await result('system_accountNextIndex', [address]), 0);
    const socket = await open();
    socket.ask('author_submitAndWatchExtrinsic', [sign(1)]); // waits for nonce 0
    await socket.next();
    assert.equal((await socket.next()).params.result, 'future');
    assert.equal(await result('system_accountNextIndex', [alice.address]), 0);
    await result('author_submitExtrinsic', [sign(0)]);
    assert.equal((await socket.next()).params.result, 'ready');
    assert.equal(await result('system_accountNextIndex', [alice.address]), 2);
    await refused(1013, /Already Imported/, 'author_submitExtrinsic', [(await result('author_pendingExtrinsics'))[0]]);
    await refused(1014, /Priority is too low/, 'author_submitExtrinsic', [sign(1)]); // signatures differ each time
    assert.equal((await result('author_pendingExtrinsics')).length, 2);
    const { hash } = await result('engine_createBlock', [false, true]);
    assert.deepEqual((await socket.next()).params.result, { inBlock: hash });
    assert.deepEqual((await socket.next()).params.result, { finalized: hash });
    assert.equal((await result('chain_getBlock', [hash])).block.extrinsics.length, 3);
    await refused(1010, /Transaction is outdated/, 'author_submitExtrinsic', [sign(0)]);
    await refused(1010, /Inability to pay some fees/, 'author_submitExtrinsic', [sign(0, keyring.addFromUri('//Nobody'))]);
    const breakAt = (hex, at) => hex.slice(0, at) + (hex[at] === '0' ? '1' : '0') + hex.slice(at + 1);
    const signature = 2 + 2 * (2 + 1 + 33 + 1); // behind length, preamble, address and kind
    await refused(1010, /bad signature/, 'author_submitExtrinsic', [breakAt(sign(2), signature)]);
    socket.ask('author_submitAndWatchExtrinsic', [breakAt(sign(2), signature)]);
    assert.equal((await socket.next()).error.code, 1010);
    socket.close();
    await api.disconnect();
  });

  test('serves lanes and payloads, and refuses chunks that are too long', async () => {
    const clock = '0x263ab7bcb07205fe6fe4b20a51b2aebd5766286c53314a0b8ca2323858aaa15d';
    const best = await result('chain_getBlockHash');
    const range = await result('phala_laneRange', [clock, 0, 1024, 1 << 20, best]);
    assert.deepEqual(Object.keys(range), ['at', 'count', 'leaves', 'payloads', 'frontier']);
    assert.equal(range.at, best);
    assert.equal(range.leaves.length, range.payloads.length);
    assert.equal(range.count, Number((await result('chain_getHeader')).number), 'one clock leaf per block');
    assert.equal(await result('phala_payload', [zero]), null);
    await refused(-32602, /1024/, 'phala_laneRange', [clock, 0, 1025, 1000, null]);
    await refused(4003, /UnknownBlock/, 'phala_laneRange', [clock, 0, 10, 1000, zero]);
  });

  test('answers a request that is too big, and a response that would be', async () => {
    const socket = await open();
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'state_getStorage', params: [`0x${'00'.repeat(8 << 20)}`] }));
    assert.equal((await socket.next()).error.code, -32007);
    const { methods } = await result('rpc_methods');
    assert.ok(methods.length > 50);
    socket.send(JSON.stringify(Array.from({ length: 400 }, (_, id) => ({ jsonrpc: '2.0', id, method: 'state_getMetadata' }))));
    assert.equal((await socket.next()).error.code, -32008);
    socket.ask('system_name');
    assert.equal((await socket.next()).result, 'Phala Node');
    socket.close();
  });

  test('sends a response before its first notification, then one head after the other', async () => {
    const socket = await open();
    for (const [id, method] of ['chain_subscribeNewHead', 'chain_subscribeFinalizedHeads', 'chain_subscribeAllHeads', 'state_subscribeRuntimeVersion'].entries())
      socket.ask(method, [], id);
    const ids = new Map();
    const firsts = [];
    while (firsts.length < 4) {
      const message = await socket.next();
      if (message.id !== undefined) ids.set(message.result, message.id);
      else {
        assert.ok(ids.has(message.params.subscription), 'the response came first');
        firsts.push(message.method);
      }
    }
    assert.deepEqual(firsts.sort(), ['chain_allHead', 'chain_finalizedHead', 'chain_newHead', 'state_runtimeVersion']);
    const before = Number((await result('chain_getHeader')).number);
    for (let i = 0; i < 3; ++i) await result('engine_createBlock', [true, false]);
    const best = await result('chain_getBlockHash');
    assert.equal(await result('engine_finalizeBlock', [best]), true);
    const numbers = { chain_newHead: [], chain_allHead: [], chain_finalizedHead: [] };
    for (let i = 0; i < 9; ++i) {
      const { method, params } = await socket.next();
      numbers[method].push(Number(params.result.number) - before);
    }
    assert.deepEqual(numbers, { chain_newHead: [1, 2, 3], chain_allHead: [1, 2, 3], chain_finalizedHead: [1, 2, 3] });
    for (const id of ids.keys()) {
      socket.ask('chain_unsubscribeNewHeads', [id]);
      assert.equal((await socket.next()).result, true);
    }
    socket.ask('chain_unsubscribeNewHeads', ['nobody']);
    assert.equal((await socket.next()).result, false);
    socket.close();
  });

  test('follows storage: all keys first, then what changed', async () => {
    const parent = '0x26aa394eea5630e07c48ae0c9558cef702a5c1b19ab7a04f536c519aca4983ac'; // System.Number
    const socket = await open();
    socket.ask('state_subscribeStorage', [[parent, '0x1234']]);
    await socket.next();
    const first = await socket.next();
    assert.equal(first.method, 'state_storage');
    assert.deepEqual(first.params.result.changes.map(([key]) => key), [parent, '0x1234']);
    assert.equal(first.params.result.changes[1][1], null);
    const { hash } = await result('engine_createBlock', [true, true]);
    const next = await socket.next();
    assert.equal(next.params.result.block, hash);
    assert.deepEqual(next.params.result.changes.map(([key]) => key), [parent]);
    socket.close();

    const whole = await open();
    whole.ask('state_subscribeStorage', [null]); // of every key
    await whole.next();
    assert.deepEqual((await whole.next()).params.result.changes, []);
    const later = await result('engine_createBlock', [true, true]);
    const all = (await whole.next()).params.result;
    assert.equal(all.block, later.hash);
    assert.ok(all.changes.some(([key]) => key === parent) && all.changes.length > 3);
    whole.close();
  });

  test('builds on a named parent, and refuses to go behind finality', async () => {
    const finalized = await result('chain_getFinalizedHead');
    const parent = (await result('chain_getHeader', [finalized])).parentHash;
    await refused(10000, /last finalized/, 'engine_createBlock', [true, false, parent]);
    const { hash: first } = await result('engine_createBlock', [true, false]);
    const { hash: sibling, aux } = await result('engine_createBlock', [true, false, finalized]);
    assert.equal(aux.is_new_best, false);
    assert.equal(await result('chain_getBlockHash'), first);
    assert.equal(await result('engine_finalizeBlock', [sibling]), true);
    assert.equal(await result('chain_getBlockHash'), sibling, 'finality decides');
    await refused(10000, /./, 'engine_finalizeBlock', [first]);
    await refused(10000, /pool is empty/, 'engine_createBlock', [false, false]);
    await refused(10000, /UnknownBlock/, 'engine_createBlock', [true, false, zero]);
  });

  test('checks origins and ends on a signal', async () => {
    const strict = new Program('phala-node', paths.node, ['--dev', '--blob', paths.runtime, '--sealing', 'manual', '--rpc-port', '0', '--rpc-cors', 'http://good.example'], `${network.folder}/strict.log`);
    const [, url] = await strict.line(/and (http:\/\/\S+)/);
    const from = (origin) => fetch(url, { method: 'POST', body: '{"jsonrpc":"2.0","id":1,"method":"system_name"}', headers: { 'content-type': 'application/json', origin } });
    assert.equal((await from('http://good.example')).headers.get('access-control-allow-origin'), 'http://good.example');
    assert.equal((await from('http://evil.example')).status, 403);
    assert.equal(await strict.stop('SIGTERM'), 0);
  });

  test('says that a port is in use, that data are in use, that a chain does not fit', async () => {
    const start = async (pattern, ...args) => {
      const node = new Program('phala-node', paths.node, ['--blob', paths.runtime, '--sealing', 'manual', ...args], `${network.folder}/refused.log`);
      await node.line(pattern);
      assert.equal(await node.ended, 1);
    };
    await start(/port is in use.*--rpc-port/, '--dev', '--rpc-port', String(network.nodePort));
    await start(/in use by another process.*--base-path/, '--dev', '--base-path', `${network.folder}/node`, '--rpc-port', '0');
    await start(/chain specification cannot be read/, '--chain', '/nowhere.json', '--rpc-port', '0');
  });

  test('keeps serving others while garbage arrives', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => new Promise((done) => {
      const socket = createConnection(network.nodePort, '127.0.0.1', () => {
        socket.write(i % 2 ? Buffer.from(Array.from({ length: 1000 }, (__, k) => (k * 37 + i) % 256)) : 'POST / HTTP/1.1\r\nContent-Length: 18446744073709551615\r\n\r\n{');
        setTimeout(() => socket.destroy(), 100);
      });
      socket.on('close', done).on('error', done);
    })));
    assert.equal(await result('system_name'), 'Phala Node');
    await until('the node to be alone again', async () => (await result('system_health')).peers === 0);
  });
});
