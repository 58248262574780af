// kill -9 of phala-node around a runtime upgrade: at each commit of the block that brings the code and of the first that
// runs it, and at random moments. Whatever is left, code, version and migration belong together, and the upgrade goes on.
import './lib/quiet.mjs';
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ApiPromise, HttpProvider, Keyring } from '@polkadot/api';
import { Network, paths, sleep } from './lib/network.mjs';

const codeKey = '0x3a636f6465'; // :code
const migratedKey = '0x3a6d69677261746564'; // :migrated, a counter that the next version's migration increments
const randomRounds = Number(process.env.PHALA_KILL_ROUNDS ?? 8);
const read = (name) => `0x${readFileSync(join(dirname(paths.runtime), name)).toString('hex')}`;

describe('phala-node that is killed while it upgrades', () => {
  const codes = { 1: read('khala_runtime.wasm'), 2: read('khala_runtime_next.wasm') };
  const template = mkdtempSync(join(tmpdir(), 'phala-upgrade-'));
  let first, api, alice, bob;

  before(async () => {
    first = await Network.create({ sealing: 'manual', folder: template });
    await first.startNode();
    api = await ApiPromise.create({ provider: new HttpProvider(first.http), noInitWarn: true });
    const keyring = new Keyring({ type: 'sr25519', ss58Format: 30 });
    [alice, bob] = ['//Alice', '//Bob'].map((uri) => keyring.addFromUri(uri));
    await api.disconnect();
    await first.stop({ keep: true }); // its folder, a chain of one block, is where each round begins
  });
  after(async () => {
    await first?.stop({ keep: true });
    rmSync(template, { recursive: true, force: true });
  });

  const signed = async (network, tx) => {
    const { specVersion, transactionVersion } = await network.call('state_getRuntimeVersion');
    const nonce = await network.call('system_accountNextIndex', [alice.address]);
    return tx.sign(alice, { nonce, era: 0, blockHash: api.genesisHash, genesisHash: api.genesisHash, runtimeVersion: { specVersion, transactionVersion } }).toHex();
  };
  const submitUpgrade = async (network) =>
    network.call('author_submitExtrinsic', [await signed(network, api.tx.sudo.sudo(api.tx.system.setCode(codes[2])))]);

  const makeBlock = async (network) => {
    const { hash } = await network.call('engine_createBlock', [true, false]);
    assert.equal(await network.call('engine_finalizeBlock', [hash]), true);
    return hash;
  };

  /** What the node has: its best and final block, and the block with the new code; all of it must fit together. */
  const look = async (network) => {
    const header = async (hash) => network.call('chain_getHeader', [hash]);
    const best = await network.call('chain_getBlockHash');
    const final = Number((await header(await network.call('chain_getFinalizedHead'))).number);
    const blocks = [];
    for (let at = best; ; ) {
      const { block } = await network.call('chain_getBlock', [at]);
      blocks.unshift({ hash: at, upgrades: block.extrinsics.length > 1 });
      if (Number(block.header.number) === 0) break;
      at = block.header.parentHash;
    }
    const upgrade = blocks.findIndex(({ upgrades }) => upgrades);
    for (const [number, { hash }] of blocks.entries()) {
      const version = upgrade >= 0 && number >= upgrade ? 2 : 1;
      assert.equal((await network.call('state_getRuntimeVersion', [hash])).specVersion, version, `version of block ${number}`);
      assert.equal(await network.call('state_getStorage', [codeKey, hash]), codes[version], `code of block ${number}`);
      const migrated = upgrade >= 0 && number > upgrade;
      assert.equal(await network.call('state_getStorage', [migratedKey, hash]), migrated ? '0x0401' : null, `migration at block ${number}`);
    }
    return { best: blocks.length - 1, final, upgrade, hashes: blocks.map(({ hash }) => hash) };
  };

  /** Does `work` with a node, until it dies of it; looks at what is left, and brings the upgrade to its end. */
  const round = async ({ sealing, fault }, work) => {
    const folder = mkdtempSync(join(tmpdir(), 'phala-upgrade-'));
    cpSync(template, folder, { recursive: true });
    const network = await Network.create({ sealing, folder });
    try {
      try {
        if (fault) process.env.PHALA_FAULT = fault;
        await network.startNode();
      } finally {
        delete process.env.PHALA_FAULT;
      }
      const { node } = network;
      const known = await work(network);
      assert.equal(await node.ended, 'SIGKILL');
      if (fault) assert.ok(node.lines.some((line) => line === `fault: ${fault.split(':')[0]}`), `${fault} was hit`);
      network.sealing = 'manual';
      const started = Date.now();
      await network.startNode();
      const took = Date.now() - started;
      const left = await look(network);
      for (const [number, hash] of (known ?? []).entries()) assert.equal(left.hashes[number], hash, `block ${number} was final`);

      if (left.upgrade < 0) await submitUpgrade(network);
      for (let now = left; now.upgrade < 0 || now.upgrade === now.best; now = await look(network)) await makeBlock(network);
      await network.call('author_submitExtrinsic', [await signed(network, api.tx.balances.transferKeepAlive(bob.address, 1_000_000_000_000n))]);
      const block = await network.call('chain_getBlock', [await makeBlock(network)]);
      assert.equal(block.block.extrinsics.length, 2, 'what is signed for the new version is included');
      return { ...left, took };
    } finally {
      await network.stop();
    }
  };

  // the commits are: the block with the code, its finality, the first block that runs it, its finality
  const bestAfter = [0, 1, 1, 2, 2];
  const finalAfter = [0, 0, 1, 1, 2];
  for (const commit of [1, 2, 3, 4]) {
    for (const point of ['before-commit', 'inside', 'after-commit'])
      test(`at ${point}:${commit}`, async () => {
        const left = await round({ sealing: 'manual', fault: `${point}:${commit}` }, async (network) => {
          await submitUpgrade(network);
          await assert.rejects(async () => {
            for (let i = 0; i < 4; ++i) await makeBlock(network);
          });
        });
        const commits = point === 'after-commit' ? commit : commit - 1; // a torn write never counts
        assert.equal(left.best, bestAfter[commits]);
        assert.equal(left.final, finalAfter[commits]);
      });
  }

  test(`${randomRounds} times at random`, { timeout: 60_000 + randomRounds * 20_000 }, async () => {
    let upgraded = 0;
    let slowest = 0;
    for (let i = 0; i < randomRounds; ++i) {
      const left = await round({ sealing: 'interval=50' }, async (network) => {
        await submitUpgrade(network);
        setTimeout(() => network.node.child.kill('SIGKILL'), Math.random() * 500);
        const known = [];
        try {
          for (;; await sleep(5)) {
            const head = await network.call('chain_getHeader', [await network.call('chain_getFinalizedHead')]);
            while (known.length <= Number(head.number)) known.push(await network.call('chain_getBlockHash', [known.length]));
          }
        } catch {
          return known; // dead
        }
      });
      upgraded += left.upgrade >= 0 ? 1 : 0;
      slowest = Math.max(slowest, left.took);
    }
    console.log(`${randomRounds} kills, ${upgraded} of them behind the new code; the slowest start behind one took ${slowest} ms`);
  });
});
