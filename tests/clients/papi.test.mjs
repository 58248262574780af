// polkadot-api: it speaks the new JSON-RPC API where a node has it, and otherwise makes it from the old one. Both are tried:
// the second by hiding the new methods from it.
import './lib/quiet.mjs';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Keyring } from '@polkadot/api';
import { cryptoWaitReady } from '@polkadot/util-crypto';
import { Network, until, within } from './lib/network.mjs';
import * as papi from './papi/index.mjs';

const unit = 1_000_000_000_000n;

describe('polkadot-api 2.2.2', () => {
  let network, pairs;

  before(async () => {
    await cryptoWaitReady();
    network = await Network.create();
    await network.startNode();
    const keyring = new Keyring({ type: 'sr25519', ss58Format: 30 });
    pairs = Object.fromEntries(['Alice', 'Bob', 'Charlie'].map((name) => {
      const pair = keyring.addFromUri(`//${name}`);
      return [name, { address: pair.address, signer: papi.getPolkadotSigner(pair.publicKey, 'Sr25519', (bytes) => pair.sign(bytes)) }];
    }));
  });
  after(() => network?.stop());

  const suite = (name, options) => describe(name, () => {
    let client, api, sent;

    before(() => {
      sent = new Set();
      client = papi.createClient(papi.provider(network.ws, { sent, oldApi: options.oldApi }));
      api = client.getUnsafeApi();
    });
    after(() => client?.destroy());

    const free = async ({ address }) => (await api.query.System.Account.getValue(address)).data.free;
    const pay = (to, value) => api.tx.Balances.transfer_keep_alive({ dest: papi.Enum('Id', to.address), value });

    test('reads chain, constants, storage, and calls the runtime', async () => {
      const spec = await within('the chain', client.getChainSpecData(), 20_000);
      assert.deepEqual(spec.properties, { ss58Format: 30, tokenDecimals: 12, tokenSymbol: 'PHA' });
      assert.equal(await api.constants.Balances.ExistentialDeposit(), unit / 100n);
      const entries = await api.query.System.Account.getEntries();
      assert.ok(entries.length >= 16 && entries.some(({ keyArgs: [who] }) => who === pairs.Alice.address));
      const [alice, bob] = await api.query.System.Account.getValues([[pairs.Alice.address], [pairs.Bob.address]]);
      assert.ok(alice.data.free > 0n && bob.data.free > 0n);
      assert.equal(await api.query.Sudo.Key.getValue(), pairs.Alice.address);
      const block = await until('a block after genesis', async () => {
        const finalized = await client.getFinalizedBlock();
        return finalized.number > 0 && finalized;
      });
      assert.equal(await api.query.System.Number.getValue({ at: block.hash }), block.number);
      assert.equal((await client.getBlockHeader(block.hash)).number, block.number);
      assert.ok((await client.getBlockBody(block.hash)).length >= 1, 'an inherent');
    });

    test('follows blocks and a value', async () => {
      const blocks = [];
      const stamps = [];
      await within('three blocks', new Promise((done, fail) => {
        const heard = () => blocks.length >= 3 && stamps.length >= 3 && done();
        const first = client.finalizedBlock$.subscribe({ next: (block) => { blocks.push(block.number); heard(); }, error: fail });
        const second = api.query.Timestamp.Now.watchValue({ at: 'best' }).subscribe({ next: ({ value }) => { stamps.push(value); heard(); }, error: fail });
        setTimeout(() => { first.unsubscribe(); second.unsubscribe(); }, 15_000).unref();
      }), 15_000);
      for (const list of [blocks, stamps]) assert.deepEqual(list, [...new Set(list)].sort((a, b) => Number(BigInt(a) - BigInt(b))));
    });

    test('a transfer costs what was estimated and is found in its block', async () => {
      const { Alice, Bob } = pairs;
      const [had, hadBob] = [await free(Alice), await free(Bob)];
      const transaction = pay(Bob, 2n * unit);
      const fee = await transaction.getEstimatedFees(Alice.address);
      const done = await within('a transfer', transaction.signAndSubmit(Alice.signer), 30_000);
      assert.ok(done.ok, JSON.stringify(done.dispatchError));
      const transfer = done.events.find((event) => event.type === 'Balances' && event.value.type === 'Transfer').value.value;
      assert.deepEqual(transfer, { from: Alice.address, to: Bob.address, amount: 2n * unit });
      assert.ok((await client.getBlockBody(done.block.hash)).length >= 2);
      assert.equal(await free(Bob) - hadBob, 2n * unit);
      assert.equal(had - await free(Alice), 2n * unit + fee);
    });

    test('watches a batch from signing to finality', async () => {
      const { Alice, Bob, Charlie } = pairs;
      const batch = api.tx.Utility.batch_all({ calls: [pay(Alice, unit).decodedCall, pay(Charlie, unit).decodedCall] });
      const had = await free(Charlie);
      const seen = [];
      await within('a batch', new Promise((done, fail) => {
        batch.signSubmitAndWatch(Bob.signer).subscribe({ next: (event) => seen.push(event.type), error: fail, complete: done });
      }), 30_000);
      assert.equal(seen[0], 'signed');
      assert.equal(seen.at(-1), 'finalized');
      assert.equal(await free(Charlie) - had, unit);
    });

    test('errors of dispatch and of the pool have names', async () => {
      const { Bob, Alice } = pairs;
      const remark = api.tx.System.remark({ remark: papi.Binary.fromText('no') });
      const failed = await within('sudo', api.tx.Sudo.sudo({ call: remark.decodedCall }).signAndSubmit(Bob.signer), 30_000);
      assert.equal(failed.ok, false);
      assert.deepEqual([failed.dispatchError.type, failed.dispatchError.value.type, failed.dispatchError.value.value.type], ['Module', 'Sudo', 'RequireSudo']);
      const stale = pay(Bob, 1n).signAndSubmit(Alice.signer, { nonce: 0 });
      await assert.rejects(within('a stale transaction', stale, 30_000), (error) => /Stale/.test(`${error.message} ${JSON.stringify(error.error ?? null)}`));
    });

    test('speaks the API that this is about', () => {
      assert.equal([...sent].some(papi.isNew), !options.oldApi, [...sent].join(' '));
      assert.ok(sent.size > 5);
    });
  });

  suite('with the new API', { oldApi: false });
  suite('with the old API only', { oldApi: true });
});
