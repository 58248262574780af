// More of what an unmodified @polkadot/api does with a node, in the suite's network: keys, eras, storage in every form, heads,
// the past, batches, calls of the runtime, and a node that restarts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { send } from './chain.mjs';
import { until, within } from './network.mjs';

const unit = 1_000_000_000_000n;
const phrase = 'bottom drive obey lake curtain smoke basket hold race lonely fit walk';

/** Registers the tests; `get` gives {polkadot, network, api, alice, bob, charlie} once they are there. */
export function moreTests(get) {
  const free = async (api, who) => (await api.query.system.account(who.address)).data.free.toBigInt();
  const best = async (api) => (await api.rpc.chain.getHeader()).number.toNumber();
  const pay = (api, to, amount) => api.tx.balances.transferKeepAlive(to.address, amount);
  const nextBlock = async (api) => {
    const start = await best(api);
    await until('another block', async () => await best(api) > start);
  };

  for (const [type, uris] of Object.entries({
    sr25519: ['//Keys', `${phrase}//hard/soft///password`],
    ed25519: ['//Keys', `${phrase}//hard///password`],
    ecdsa: ['//Keys', `${phrase}//hard///password`],
  })) {
    test(`${type}: paid, pays with and without an era and with a tip, and is refused when forged`, async () => {
      const { polkadot, api, alice, bob } = get();
      for (const uri of uris) {
        const pair = new polkadot.Keyring({ type, ss58Format: 30 }).addFromUri(uri);
        await send(api, pay(api, pair, 10n * unit), alice);
        const next = (await api.query.system.account(pair.address)).nonce.toNumber();
        const had = await free(api, pair);
        const ways = [{}, { era: 0 }, { era: 8 }, { tip: unit / 10n }];
        const all = await Promise.all(ways.map((options, index) => send(api, pay(api, bob, unit), pair, { nonce: next + index, ...options })));
        let paid = 0n;
        for (const [index, sent] of all.entries()) {
          const fee = sent.find('transactionPayment', 'TransactionFeePaid').data;
          assert.equal(fee.tip.toBigInt(), ways[index].tip ?? 0n);
          paid += unit + fee.actualFee.toBigInt();
          const { block } = await api.rpc.chain.getBlock(sent.blockHash);
          const found = block.extrinsics.find((extrinsic) => extrinsic.hash.toHex() === sent.hash);
          assert.equal(found.signer.toString(), pair.address);
          assert.equal(found.era.isMortalEra, ways[index].era !== 0);
        }
        assert.equal(had - await free(api, pair), paid);
        assert.equal((await api.query.system.account(pair.address)).nonce.toNumber(), next + 4);
        const bytes = (await pay(api, bob, unit).signAsync(pair, { nonce: -1 })).toU8a();
        bytes[70] ^= 0x40; // inside the signature
        const error = await api.tx(api.createType('Extrinsic', bytes)).send().then(() => assert.fail('accepted'), (refusal) => refusal);
        assert.match(error.message, /^1010: /);
      }
    });
  }

  test('storage: keys, entries, pages, sizes and hashes, several at once, subscribed', async () => {
    const { api, alice, bob } = get();
    const at = await api.at(await api.rpc.chain.getFinalizedHead());
    const { account } = at.query.system;
    const entries = (await account.entries()).map(([key, value]) => [key.toHex(), value.toHex()]);
    assert.deepEqual((await account.keys()).map((key) => key.toHex()), entries.map(([key]) => key));
    const paged = [];
    for (let startKey; ;) {
      const page = await account.entriesPaged({ args: [], pageSize: 5, startKey });
      paged.push(...page.map(([key, value]) => [key.toHex(), value.toHex()]));
      if (page.length < 5) break;
      startKey = page.at(-1)[0].toHex();
    }
    assert.deepEqual(paged, entries);
    assert.equal((await account.size(alice.address)).toNumber(), (await account(alice.address)).encodedLength);
    assert.equal((await account.hash(alice.address)).toHex(), api.registry.hash((await account(alice.address)).toU8a()).toHex());
    const [number, info, issuance] = await at.queryMulti([at.query.system.number, [account, alice.address], at.query.balances.totalIssuance]);
    assert.ok(number.toNumber() > 0);
    assert.equal(info.toHex(), (await account(alice.address)).toHex());
    assert.equal(issuance.toBigInt(), (await at.query.balances.totalIssuance()).toBigInt());

    const heard = [];
    const stop = await api.query.system.account.multi([alice.address, bob.address], (both) => heard.push(both.map(({ data }) => data.free.toBigInt())));
    const before = [await free(api, alice), await free(api, bob)];
    const sent = await send(api, pay(api, bob, unit), alice);
    const fee = sent.find('transactionPayment', 'TransactionFeePaid').data.actualFee.toBigInt();
    await until('both changes', () => heard.some(([a, b]) => a === before[0] - unit - fee && b === before[1] + unit));
    stop();
  });

  test('derives: balances, best and finalized numbers, heads with authors, blocks with events', async () => {
    const { api, alice } = get();
    const all = await api.derive.balances.all(alice.address);
    assert.equal(all.freeBalance.toBigInt(), await free(api, alice));
    assert.ok(all.availableBalance.toBigInt() > 0n);
    assert.equal(all.lockedBalance.toBigInt(), 0n);
    assert.ok((await api.derive.chain.bestNumberFinalized()).toNumber() > 0);
    const heads = [];
    const stop = await api.derive.chain.subscribeNewHeads((head) => heads.push(head));
    await until('two heads', () => heads.length >= 2);
    stop();
    assert.equal(heads[1].parentHash.toHex(), heads[0].hash.toHex());
    const block = await api.derive.chain.getBlock(heads[0].hash);
    assert.equal(block.extrinsics[0].extrinsic.method.section, 'timestamp');
    assert.ok(block.extrinsics[0].events.some(({ method }) => method === 'ExtrinsicSuccess'));
  });

  test('heads of every kind arrive in order, each block once, and events with them', async () => {
    const { api, charlie } = get();
    const lists = { all: [], best: [], finalized: [] };
    const remarks = [];
    const stops = await Promise.all([
      api.rpc.chain.subscribeAllHeads((head) => lists.all.push(head.number.toNumber())),
      api.rpc.chain.subscribeNewHeads((head) => lists.best.push(head.number.toNumber())),
      api.rpc.chain.subscribeFinalizedHeads((head) => lists.finalized.push(head.number.toNumber())),
      api.query.system.events((events) => remarks.push(...events.filter(({ event }) => event.method === 'Remarked'))),
    ]);
    await send(api, api.tx.system.remarkWithEvent('0x5eed'), charlie);
    await until('heads', () => Object.values(lists).every((list) => list.length >= 3) && remarks.length === 1);
    stops.forEach((stop) => stop());
    for (const [kind, list] of Object.entries(lists))
      assert.deepEqual(list, list.map((_, index) => list[0] + index), kind);
    assert.equal(remarks[0].event.data[0].toString(), charlie.address);
  });

  test('the past: state, blocks and versions of any block; none of a block that does not exist', async () => {
    const { api, alice, bob } = get();
    const first = await send(api, pay(api, bob, unit), alice);
    await nextBlock(api);
    const second = await send(api, pay(api, bob, 2n * unit), alice);
    const header = (hash) => api.rpc.chain.getHeader(hash);
    const then = async (hash) => (await (await api.at(hash)).query.system.account(bob.address)).data.free.toBigInt();
    const parent = (await header(first.blockHash)).parentHash;
    assert.equal(await then(first.blockHash) - await then(parent), unit);
    assert.equal(await then(second.blockHash) - await then(first.blockHash), 2n * unit);
    const number = (await header(first.blockHash)).number.toNumber();
    assert.equal((await api.rpc.chain.getBlockHash(number)).toHex(), first.blockHash);
    const key = api.query.system.account.key(bob.address);
    const [change] = await api.rpc.state.queryStorageAt([key], first.blockHash);
    assert.equal(api.createType('AccountInfo', change.unwrap().toU8a(true)).data.free.toBigInt(), await then(first.blockHash));
    assert.equal((await api.rpc.state.getRuntimeVersion(parent)).specName.toString(), 'khala');
    const genesis = await api.at(api.genesisHash);
    assert.equal((await genesis.query.system.number()).toNumber(), 0);
    assert.equal((await genesis.query.sudo.key()).toString(), alice.address);

    const nowhere = `0x${'11'.repeat(32)}`;
    await assert.rejects(api._rpcCore.provider.send('state_getStorage', [key, nowhere]), /4003: .*UnknownBlock/);
    await assert.rejects(api.at(nowhere), /header|UnknownBlock/i);
    assert.match((await api.rpc.chain.getBlockHash(1_000_000)).toHex(), /^0x0+$/);
  });

  test('traces of a block', async () => {
    const { api, alice, bob } = get();
    const { blockHash } = await send(api, pay(api, bob, unit), alice);
    const key = api.query.system.account.key(bob.address).slice(2);
    const trace = await api.rpc.state.traceBlock(blockHash, 'state', key, 'Put');
    assert.ok(trace.isBlockTrace);
    assert.equal(`0x${trace.asBlockTrace.blockHash}`, blockHash);
    const puts = trace.asBlockTrace.events.map(({ data }) => data.stringValues.toJSON());
    assert.ok(puts.length > 0 && puts.every((put) => put.method === 'Put' && put.key === key));
    const now = (await api.rpc.state.getStorage(`0x${key}`, blockHash)).toHex();
    assert.equal(puts.at(-1).value, `Some(${now.slice(2)})`);
  });

  test('batches: all, until the first failure, or each for itself', async () => {
    const { api, bob, charlie } = get();
    const bad = api.tx.sudo.sudo(api.tx.system.remark('0x00'));
    const calls = [pay(api, bob, unit), bad, pay(api, bob, unit)];
    const received = async (tx) => {
      const had = await free(api, bob);
      const sent = await send(api, tx, charlie, { failing: true });
      return { sent, got: await free(api, bob) - had };
    };
    const all = await received(api.tx.utility.batchAll(calls));
    assert.deepEqual([all.sent.error, all.got], ['sudo.RequireSudo', 0n]);
    const some = await received(api.tx.utility.batch(calls));
    assert.deepEqual([some.sent.error, some.got], [undefined, unit]);
    const [index, reason] = some.sent.find('utility', 'BatchInterrupted').data;
    assert.equal(index.toNumber(), 1);
    assert.equal(api.registry.findMetaError(reason.asModule).name, 'RequireSudo');
    const each = await received(api.tx.utility.forceBatch(calls));
    assert.deepEqual([each.sent.error, each.got], [undefined, 2n * unit]);
    assert.equal(each.sent.events.filter(({ method }) => method === 'ItemFailed').length, 1);
    assert.ok(each.sent.find('utility', 'BatchCompletedWithErrors'));
  });

  test('calls of the runtime: nonce, fees, what it says of itself', async () => {
    const { api, alice, bob } = get();
    assert.equal((await api.call.accountNonceApi.accountNonce(bob.address)).toNumber(), (await api.query.system.account(bob.address)).nonce.toNumber());
    const tx = await pay(api, bob, unit).signAsync(alice, { nonce: -1 });
    // as bytes: metadata from V15 on describes an extrinsic as opaque, and then this client would prefix hex once more
    const { partialFee } = await api.call.transactionPaymentApi.queryInfo(tx.toU8a(), tx.encodedLength);
    assert.equal(partialFee.toBigInt(), (await pay(api, bob, unit).paymentInfo(alice)).partialFee.toBigInt());
    const { inclusionFee } = await api.call.transactionPaymentApi.queryFeeDetails(tx.toU8a(), tx.encodedLength);
    const { baseFee, lenFee, adjustedWeightFee } = inclusionFee.unwrap();
    assert.equal(baseFee.toBigInt() + lenFee.toBigInt() + adjustedWeightFee.toBigInt(), partialFee.toBigInt());
    assert.equal((await api.call.core.version()).specVersion.toNumber(), api.runtimeVersion.specVersion.toNumber());
    assert.ok((await api.call.auraApi.slotDuration()).toNumber() > 0);
  });

  test('a node that was killed and started again: the same client goes on, and so does what it follows', async () => {
    const { network, api, alice, bob } = get();
    const heads = [];
    const stop = await api.rpc.chain.subscribeFinalizedHeads((head) => heads.push(head.number.toNumber()));
    await until('a head', () => heads.length > 0);
    const had = await free(api, bob);
    const sent = await send(api, pay(api, bob, unit), alice, { finalized: true });
    await network.node.stop('SIGKILL');
    const before = heads.at(-1);
    await network.startNode();
    await until('the client is back', () => api.isConnected, { timeout: 30_000 });
    await until('heads go on', () => heads.at(-1) > before + 1, { timeout: 30_000 });
    stop();
    assert.equal(await free(api, bob) - had, unit);
    assert.equal((await api.rpc.chain.getHeader(sent.blockHash)).hash.toHex(), sent.blockHash);
    await within('another transfer', send(api, pay(api, bob, unit), alice), 30_000);
  });
}
