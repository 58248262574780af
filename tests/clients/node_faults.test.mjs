// kill -9 of phala-node before, inside and after a commit, and at random moments: nothing lost, nothing applied twice.
import './lib/quiet.mjs';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ApiPromise, HttpProvider, Keyring } from '@polkadot/api';
import { Network, sleep } from './lib/network.mjs';

const amount = 1_000_000_000_000n;

describe('phala-node that is killed', () => {
  let network, api, alice, target, nonce;

  before(async () => {
    network = await Network.create({ sealing: 'manual' });
    await network.startNode();
    api = await ApiPromise.create({ provider: new HttpProvider(network.http), noInitWarn: true });
    const keyring = new Keyring({ type: 'sr25519', ss58Format: 30 });
    alice = keyring.addFromUri('//Alice');
    target = keyring.addFromUri('//Target of the kills');
    nonce = 0;
  });
  after(async () => {
    await api?.disconnect();
    await network?.stop();
  });

  const call = (method, params) => network.call(method, params);

  /** Sends transfers of Alice, nonce after nonce, until the node is gone. */
  const sendUntilKilled = async () => {
    while (network.node.exit === undefined) {
      try {
        const tx = api.tx.balances.transferKeepAlive(target.address, amount);
        const signed = tx.sign(alice, { nonce, era: 0, blockHash: api.genesisHash, genesisHash: api.genesisHash, runtimeVersion: api.runtimeVersion });
        await call('author_submitExtrinsic', [signed.toHex()]);
        nonce += 1;
      } catch {
        await sleep(20); // killed, or the pool is full
      }
      if (nonce % 4 === 0) await sleep(20);
    }
  };

  /** The whole chain as the node has it now, checked against the state at its end. */
  const check = async (finalBefore) => {
    for (const { number, hash } of finalBefore) assert.equal(await call('chain_getBlockHash', [number]), hash, `block ${number} was final`);
    const best = await call('chain_getBlockHash');
    // finality follows each block a moment later: one block at most is not final yet
    const final = await call('chain_getFinalizedHead');
    if (final !== best) assert.equal((await call('chain_getHeader')).parentHash, final);
    let transfers = 0n;
    let at = best;
    for (;;) {
      const { block } = await call('chain_getBlock', [at]);
      const number = Number(block.header.number);
      assert.equal(await call('chain_getBlockHash', [number]), at);
      if (number === 0) break;
      transfers += BigInt(block.extrinsics.length - 1); // all but the timestamp
      // the state behind every block is whole: its root's proof of an account holds
      if (number % 10 === 0) await call('state_getReadProof', [[api.query.system.account.key(alice.address)], at]);
      at = block.header.parentHash;
    }
    const received = (await api.query.system.account.at(best, target.address)).data.free.toBigInt();
    const used = (await api.query.system.account.at(best, alice.address)).nonce.toNumber();
    assert.equal(received, transfers * amount, 'each included transfer moved its amount once');
    assert.equal(BigInt(used), transfers, 'each included transfer used one nonce');
    nonce = used; // what was only in the pool is sent again
    return transfers;
  };

  const finalBlocks = async () => {
    const header = await call('chain_getHeader', [await call('chain_getFinalizedHead')]);
    const blocks = [];
    for (let number = Math.max(0, Number(header.number) - 20); number <= Number(header.number); ++number)
      blocks.push({ number, hash: await call('chain_getBlockHash', [number]) });
    return blocks;
  };

  /** Restarts sealing, perhaps with a fault armed, loads it until it dies, restarts without sealing and checks. */
  const killAt = async (point) => {
    await network.node.stop();
    const known = [];
    try {
      if (point) process.env.PHALA_FAULT = point;
      network.sealing = 'interval=50';
      await network.startNode();
      known.push(...(await finalBlocks()));
    } finally {
      delete process.env.PHALA_FAULT;
    }
    const { node } = network;
    if (!point) setTimeout(() => node.child.kill('SIGKILL'), 300 + Math.random() * 700);
    await sendUntilKilled();
    assert.equal(node.exit, 'SIGKILL');
    if (point) assert.ok(node.lines.some((line) => line === `fault: ${point.split(':')[0]}`), `${point} was hit`);
    network.sealing = 'manual'; // the chain stands still while it is looked at
    await network.startNode();
    return check(known);
  };

  let transfers = 0n;
  // a block is two commits, itself and its finality: points of both kinds
  for (const point of ['before-commit:40', 'before-commit:41', 'inside:40', 'inside:41', 'after-commit:40', 'after-commit:41'])
    test(`at ${point}`, async () => {
      const now = await killAt(point);
      assert.ok(now > transfers, 'it did something');
      transfers = now;
    });

  test('five times at random', async () => {
    for (let round = 0; round < 5; ++round) {
      const now = await killAt();
      assert.ok(now >= transfers);
      transfers = now;
    }
    const { hash } = await call('engine_createBlock', [true, true]);
    assert.equal(await call('chain_getBlockHash'), hash, 'it goes on');
  });
});
