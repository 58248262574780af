// chopsticks forks our running node: its executor, which is not ours, runs our Wasm over state that it reads from us, and
// reaches the balances that our chain reaches (spec substrate-host §8.6).
import './lib/quiet.mjs';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as polkadot from './api-16/index.mjs';
import { send } from './lib/chain.mjs';
import { Network, Program, freePort, root, within } from './lib/network.mjs';

const unit = 1_000_000_000_000n;
const program = join(root, 'tests/clients/chopsticks/node_modules/@acala-network/chopsticks/chopsticks.cjs');

describe('chopsticks 1.5.1', () => {
  let network, fork, api, forked, pairs;

  const connect = (url) => within('connecting', polkadot.ApiPromise.create({ provider: new polkadot.WsProvider(url), noInitWarn: true }), 60_000);

  before(async () => {
    network = await Network.create();
    await network.startNode();
    api = await connect(network.ws);
    const keyring = new polkadot.Keyring({ type: 'sr25519', ss58Format: 30 });
    pairs = Object.fromEntries(['Alice', 'Bob', 'Charlie', 'Dave'].map((name) => [name, keyring.addFromUri(`//${name}`)]));
    // something happened before the fork, so that it is not the genesis that is forked
    await send(api, api.tx.balances.transferKeepAlive(pairs.Dave.address, 7n * unit), pairs.Alice, { finalized: true });
    const port = await freePort();
    const start = (await api.rpc.chain.getFinalizedHead()).toHex();
    fork = new Program('chopsticks', process.execPath, [program, '--endpoint', network.ws, '--block', start, '--port', String(port), '--build-block-mode', 'Manual'],
      join(network.folder, 'chopsticks.log'));
    await fork.line(/listening on/i, 60_000);
    forked = await connect(`ws://127.0.0.1:${port}`);
  });
  after(async () => {
    await forked?.disconnect();
    await api?.disconnect();
    await fork?.stop();
    await network?.stop();
  });

  const newBlocks = (count) => forked._rpcCore.provider.send('dev_newBlock', [{ count }]);
  const account = async (of, pair) => {
    const { nonce, data } = await of.query.system.account(pair.address);
    return { nonce: nonce.toNumber(), free: data.free.toBigInt(), reserved: data.reserved.toBigInt() };
  };
  const everybody = async (of) => Object.fromEntries(await Promise.all(Object.entries(pairs).map(async ([name, pair]) => [name, await account(of, pair)])));

  test('reads our chain through the fork', async () => {
    assert.equal((await forked.rpc.system.chain()).toString(), 'Phala Development');
    assert.equal(forked.runtimeVersion.specName.toString(), 'khala');
    assert.equal(forked.genesisHash.toHex(), api.genesisHash.toHex());
    assert.deepEqual(await everybody(forked), await everybody(api));
    const keys = async (of) => (await of.query.system.account.keys()).map((key) => key.toHex()).sort();
    assert.deepEqual(await keys(forked), await keys(api));
  });

  test('builds blocks with our Wasm', async () => {
    const before = (await forked.rpc.chain.getHeader()).number.toNumber();
    await newBlocks(3);
    assert.equal((await forked.rpc.chain.getHeader()).number.toNumber(), before + 3);
    assert.equal((await forked.query.system.number()).toNumber(), before + 3);
    const [now] = await forked.query.system.events().then((events) => events.filter(({ event }) => event.method === 'ExtrinsicSuccess'));
    assert.ok(now, 'the timestamp was set');
  });

  test('the same signed transactions reach the same balances', async () => {
    const { Alice, Bob, Charlie, Dave } = pairs;
    const pay = (of, to, amount) => of.tx.balances.transferKeepAlive(to.address, amount);
    const plan = [
      [Alice, (of) => pay(of, Bob, 3n * unit)],
      [Bob, (of) => of.tx.utility.batchAll([pay(of, Charlie, unit), pay(of, Dave, 2n * unit)])],
      [Charlie, (of) => of.tx.sudo.sudo(of.tx.system.remark('0x00'))], // fails, and pays
      [Dave, (of) => of.tx.balances.transferAll(Alice.address, true)],
    ];
    const signed = [];
    for (const [signer, make] of plan) // immortal: the fork's blocks have other hashes than the chain's
      signed.push((await make(api).signAsync(signer, { nonce: -1, era: 0 })).toHex());
    for (const transaction of signed) {
      await forked.rpc.author.submitExtrinsic(transaction);
      await newBlocks(1);
      await send(api, api.tx(transaction), undefined, { failing: true });
    }
    const [theirs, ours] = [await everybody(forked), await everybody(api)];
    assert.deepEqual(theirs, ours);
    for (const name of Object.keys(pairs)) assert.ok(ours[name].nonce >= 1, `${name} has sent something`);
    assert.equal((await forked.query.balances.totalIssuance()).toBigInt(), (await api.query.balances.totalIssuance()).toBigInt());
  });

  test('runs a block of ours again, and changes in the state what it changed here', async () => {
    const sent = await send(api, api.tx.balances.transferKeepAlive(pairs.Bob.address, unit), pairs.Alice, { finalized: true });
    const output = join(network.folder, 'run-block.json');
    await promisify(execFile)(process.execPath, [program, 'run-block', '--endpoint', network.ws, '--block', sent.blockHash, '--output-path', output], { timeout: 120_000 });
    const { Call: { storageDiff } } = JSON.parse(readFileSync(output, 'utf8'));
    const ask = (method, ...params) => api._rpcCore.provider.send(method, params);
    const told = new Map(storageDiff);
    for (const [key, value] of told) assert.equal(await ask('state_getStorage', key, sent.blockHash), value, key);
    // and nothing else changed
    const { parentHash } = await ask('chain_getHeader', sent.blockHash);
    for (const key of await ask('state_getKeysPaged', '0x', 1000, null, sent.blockHash))
      if ((await ask('state_getStorageHash', key, sent.blockHash)) !== (await ask('state_getStorageHash', key, parentHash))) assert.ok(told.has(key), key);
    assert.ok(told.size > 5);
  });
});
