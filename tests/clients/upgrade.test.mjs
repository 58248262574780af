// A runtime upgrade while an unmodified @polkadot/api is connected: it notices, and goes on with the new version.
import './lib/quiet.mjs';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import * as polkadot from './api-16/index.mjs';
import { send } from './lib/chain.mjs';
import { Network, paths, until, within } from './lib/network.mjs';

let network, api, alice, bob;

before(async () => {
  network = await Network.create();
  await network.startNode();
  api = await within('connecting', polkadot.ApiPromise.create({ provider: new polkadot.WsProvider(network.ws), noInitWarn: true }), 30_000);
  const keyring = new polkadot.Keyring({ type: 'sr25519', ss58Format: 30 });
  [alice, bob] = ['//Alice', '//Bob'].map((uri) => keyring.addFromUri(uri));
});
after(async () => {
  await api?.disconnect();
  await network?.stop();
});

const transfer = (amount) => send(api, api.tx.balances.transferKeepAlive(bob.address, amount), alice);

test('code that is no upgrade is refused in words, and the chain goes on', async () => {
  const old = `0x${readFileSync(paths.runtime).toString('hex')}`;
  const { find } = await send(api, api.tx.sudo.sudo(api.tx.system.setCode(old)), alice);
  const done = find('sudo', 'Sudid').data[0];
  const { section, name, docs } = api.registry.findMetaError(done.asErr.asModule);
  assert.equal(`${section}.${name}`, 'system.SpecVersionNeedsToIncrease');
  assert.ok(docs.join('').length > 10);
  assert.equal(api.runtimeVersion.specVersion.toNumber(), 1);
});

test('an upgrade is carried out under connected clients', async () => {
  await transfer(1);
  const before = await api.rpc.chain.getFinalizedHead();
  const seen = [];
  const unsubscribe = await api.rpc.state.subscribeRuntimeVersion((version) => seen.push(version.specVersion.toNumber()));
  const code = `0x${readFileSync(join(dirname(paths.runtime), 'khala_runtime_next.wasm')).toString('hex')}`;
  const { find } = await send(api, api.tx.sudo.sudo(api.tx.system.setCode(code)), alice);
  assert.ok(find('system', 'CodeUpdated'));

  await until('the client knows the new version', () => api.runtimeVersion.specVersion.toNumber() === 2);
  await until('the subscription told both versions', () => seen.includes(1) && seen.includes(2));
  unsubscribe();
  await transfer(2); // signed for version 2
  const upgrade = (await api.query.system.lastRuntimeUpgrade()).unwrap();
  assert.equal(upgrade.specVersion.toNumber(), 2);
  assert.equal((await api.rpc.state.getStorage('0x3a6d69677261746564')).toHex(), '0x0401', ':migrated, once');

  // the past is still read as it was
  const past = await api.at(before);
  assert.equal(past.runtimeVersion.specVersion.toNumber(), 1);
  assert.ok((await past.query.system.account(alice.address)).data.free.toBigInt() > 0n);
  assert.equal((await api.rpc.state.getRuntimeVersion(before)).specVersion.toNumber(), 1);
});
