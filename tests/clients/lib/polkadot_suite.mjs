// What an unmodified @polkadot/api must be able to do with phala-node; each version runs it in a process of its own.
import './quiet.mjs';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { send } from './chain.mjs';
import { Network, until, within } from './network.mjs';
import { moreTests } from './polkadot_more.mjs';

const unit = 1_000_000_000_000n;

export function polkadotSuite(polkadot, version) {
  describe(`@polkadot/api ${version}`, () => {
    let network, api, alice, bob, charlie;

    before(async () => {
      network = await Network.create();
      await network.startNode();
      assert.equal(polkadot.packageInfo.version, version);
      api = await within('connecting', polkadot.ApiPromise.create({ provider: new polkadot.WsProvider(network.ws), noInitWarn: true }), 30_000);
      const keyring = new polkadot.Keyring({ type: 'sr25519', ss58Format: 30 });
      [alice, bob, charlie] = ['//Alice', '//Bob', '//Charlie'].map((suri) => keyring.addFromUri(suri));
    });
    after(async () => {
      await api?.disconnect();
      await network?.stop();
    });

    const free = async (who) => (await api.query.system.account(who.address)).data.free.toBigInt();
    const nonce = async (who) => (await api.query.system.account(who.address)).nonce.toNumber();
    const rejected = async (tx, code, text) => {
      const error = await within('a refusal', tx.send().then(() => assert.fail('it was accepted'), (refusal) => refusal), 20_000);
      assert.match(error.message, new RegExp(`^${code}: `), error.message);
      assert.match(error.message, text);
    };

    test('connects and reads what chain this is', async () => {
      assert.equal((await api.rpc.system.chain()).toString(), 'Phala Development');
      assert.deepEqual([api.registry.chainSS58, api.registry.chainDecimals, api.registry.chainTokens], [30, [12], ['PHA']]);
      assert.equal(api.runtimeVersion.specName.toString(), 'khala');
      const listed = (await api.rpc.rpc.methods()).methods.map(String);
      for (const name of ['chain_getBlock', 'state_queryStorageAt', 'author_submitAndWatchExtrinsic', 'payment_queryInfo']) assert.ok(listed.includes(name), name);
    });

    test('reads metadata: pallets, types, constants and documents', () => {
      for (const [pallet, call] of [['system', 'remark'], ['balances', 'transferKeepAlive'], ['utility', 'batchAll'], ['sudo', 'sudo']])
        assert.ok(api.tx[pallet]?.[call], `${pallet}.${call}`);
      assert.ok(api.tx.balances.transferKeepAlive.meta.docs.join('').length > 10, 'documented');
      assert.equal(api.consts.balances.existentialDeposit.toBigInt(), unit / 100n);
      assert.equal(api.consts.system.blockHashCount.toNumber(), 14_400);
      assert.equal(api.consts.system.ss58Prefix.toNumber(), 30);
      assert.equal(api.createType('AccountId', alice.publicKey).toString(), alice.address);
    });

    test('reads storage: one, several, all of a map, the past', async () => {
      const [one, two] = await api.query.system.account.multi([alice.address, bob.address]);
      assert.ok(one.data.free.toBigInt() > 0n && two.data.free.toBigInt() > 0n);
      const accounts = await api.query.system.account.entries();
      assert.ok(accounts.length >= 16, `${accounts.length} accounts`);
      assert.ok(accounts.some(([key]) => key.args[0].toString() === alice.address));
      const header = await until('block 2', async () => {
        const best = await api.rpc.chain.getHeader();
        return best.number.toNumber() >= 2 && best;
      });
      const then = await api.at(header.parentHash);
      assert.equal((await then.query.system.number()).toNumber(), header.number.toNumber() - 1);
      assert.equal((await api.query.system.blockHash(header.number.toNumber() - 1)).toHex(), header.parentHash.toHex());
      assert.ok(await api.query.timestamp.now() > 1_600_000_000_000);
    });

    test('follows heads and storage', async () => {
      const numbers = [];
      const finalized = [];
      const stamps = [];
      const stops = await Promise.all([
        api.rpc.chain.subscribeNewHeads((head) => numbers.push(head.number.toNumber())),
        api.rpc.chain.subscribeFinalizedHeads((head) => finalized.push(head.number.toNumber())),
        api.query.timestamp.now((now) => stamps.push(now.toNumber())),
      ]);
      await until('three heads', () => numbers.length >= 3 && finalized.length >= 3 && stamps.length >= 3);
      stops.forEach((stop) => stop());
      for (const list of [numbers, finalized, stamps]) assert.deepEqual(list, [...new Set(list)].sort((a, b) => a - b));
      const count = numbers.length;
      const best = (await api.rpc.chain.getHeader()).number.toNumber();
      await until('another block', async () => (await api.rpc.chain.getHeader()).number.toNumber() > best);
      assert.equal(numbers.length, count, 'nothing comes after unsubscribing');
    });

    test('a transfer goes from ready to finalized and costs what was estimated', async () => {
      const tx = api.tx.balances.transferKeepAlive(bob.address, unit);
      const estimate = (await tx.paymentInfo(alice)).partialFee.toBigInt();
      assert.ok(estimate > 0n);
      const [had, hadBob, next] = [await free(alice), await free(bob), await nonce(alice)];
      const sent = await send(api, tx, alice, { finalized: true });
      assert.deepEqual([sent.statuses[0], sent.statuses.at(-1)], ['Ready', 'Finalized']);
      const paid = sent.find('transactionPayment', 'TransactionFeePaid').data;
      assert.equal(paid.actualFee.toBigInt(), estimate);
      assert.equal(had - await free(alice), unit + estimate);
      assert.equal(await free(bob) - hadBob, unit);
      assert.equal(await nonce(alice), next + 1);
      const transfer = sent.find('balances', 'Transfer').data;
      assert.deepEqual([transfer.from.toString(), transfer.to.toString(), transfer.amount.toBigInt()], [alice.address, bob.address, unit]);
      const block = await api.rpc.chain.getBlock(sent.blockHash);
      assert.ok(block.block.extrinsics.some((extrinsic) => extrinsic.hash.toHex() === sent.hash));
    });

    test('a failing call pays the estimate too, and its error has a pallet and a name', async () => {
      const tx = api.tx.sudo.sudo(api.tx.system.remark('0x00'));
      const estimate = (await tx.paymentInfo(bob)).partialFee.toBigInt();
      const had = await free(bob);
      const sent = await send(api, tx, bob, { failing: true });
      assert.equal(sent.error, 'sudo.RequireSudo');
      assert.equal(had - await free(bob), estimate);
      assert.equal(sent.find('transactionPayment', 'TransactionFeePaid').data.actualFee.toBigInt(), estimate);

      const poor = await send(api, api.tx.balances.transferKeepAlive(alice.address, 2_000_000n * unit), bob, { failing: true });
      assert.equal(poor.error, 'Token.FundsUnavailable');
      assert.equal(poor.find('balances', 'Transfer'), undefined);
    });

    test('batchAll does all or nothing', async () => {
      const pay = (to, amount) => api.tx.balances.transferKeepAlive(to.address, amount);
      const had = [await free(bob), await free(charlie)];
      const sent = await send(api, api.tx.utility.batchAll([pay(bob, unit), pay(charlie, 2n * unit)]), alice);
      assert.ok(sent.find('utility', 'BatchCompleted'));
      assert.deepEqual([await free(bob), await free(charlie)], [had[0] + unit, had[1] + 2n * unit]);

      const failed = await send(api, api.tx.utility.batchAll([pay(bob, unit), api.tx.sudo.sudo(pay(bob, unit))]), charlie, { failing: true });
      assert.equal(failed.error, 'sudo.RequireSudo');
      assert.equal(await free(bob), had[0] + unit, 'the first leg is undone');
    });

    test('several transactions wait in the pool and take their nonces in order', async () => {
      const next = await nonce(charlie);
      const remark = (index) => api.tx.system.remark(`0x0${index}`);
      // the gap first: it waits for the one before it
      const later = await remark(1).signAsync(charlie, { nonce: next + 1 });
      await later.send();
      assert.equal((await api.rpc.system.accountNextIndex(charlie.address)).toNumber(), next, 'a gap does not count');
      await until('two more blocks', async () => {
        const start = (await api.rpc.chain.getHeader()).number.toNumber();
        return until('a block', async () => (await api.rpc.chain.getHeader()).number.toNumber() > start);
      });
      assert.equal(await nonce(charlie), next);
      const first = await remark(0).signAsync(charlie, { nonce: next });
      const pending = async () => (await api.rpc.author.pendingExtrinsics()).map((extrinsic) => extrinsic.hash.toHex());
      await first.send();
      const seen = await pending();
      const index = (await api.rpc.system.accountNextIndex(charlie.address)).toNumber();
      assert.ok(index === next + 2, `next index ${index}, account had ${next}`);
      await until('both are in blocks', async () => await nonce(charlie) === next + 2);
      assert.ok(seen.length === 0 || seen.includes(first.hash.toHex()), 'pending names what was sent unless it is in a block already');
      await until('the pool is empty', async () => (await pending()).length === 0);
    });

    test('refuses bad signatures, nonces, eras and fees with their codes', async () => {
      const remark = () => api.tx.system.remark('0xbad0');
      const forged = await remark().signAsync(alice, { nonce: await nonce(alice) });
      const bytes = forged.toU8a();
      bytes[60] ^= 1; // inside the signature
      await rejected(api.tx(api.createType('Extrinsic', bytes)), 1010, /bad signature/i);

      const stale = await remark().signAsync(alice, { nonce: 0 });
      await rejected(stale, 1010, /outdated/i);

      const birth = await api.rpc.chain.getHeader();
      const mortal = { era: api.createType('ExtrinsicEra', { current: birth.number.toNumber(), period: 4 }), blockHash: birth.hash };
      const expired = await remark().signAsync(alice, { nonce: await nonce(alice), ...mortal });
      await until('the era is over', async () => (await api.rpc.chain.getHeader()).number.toNumber() >= mortal.era.asMortalEra.death(birth.number.toNumber()));
      await rejected(expired, 1010, /bad signature/i); // signed for the hash of another block

      const nobody = new polkadot.Keyring({ type: 'sr25519' }).addFromUri('//Nobody');
      await rejected(await remark().signAsync(nobody, { nonce: 0 }), 1010, /pay/i);

      const last = await remark().signAsync(alice, { nonce: await nonce(alice) });
      await last.send();
      await rejected(last, 1013, /imported/i);
      await until('it is in a block', async () => await nonce(alice) > last.nonce.toNumber());
    });

    moreTests(() => ({ polkadot, network, api, alice, bob, charlie }));
  });
}
