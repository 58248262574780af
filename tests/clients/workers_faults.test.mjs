// kill -9 of a worker at each named point and at random moments: nothing lost, nothing applied twice, and the state that
// a worker has which nobody disturbed.
import './lib/quiet.mjs';
import assert from 'node:assert/strict';
import { cpSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { OnChainRegistry, signCertificate } from '@phala/sdk';
import { GAS, bootstrap, contractKey, instantiation, openContract } from './lib/bootstrap.mjs';
import { send } from './lib/chain.mjs';
import { answer } from './lib/demo.mjs';
import { Network, sleep, until } from './lib/network.mjs';
import { clusterState, commonState, workerInfo } from './lib/worker_api.mjs';

const wasHit = (program, fault) => program.lines.includes(`fault: ${fault.split(':')[0]}`);

/** How often node or worker is killed at random: more on demand. */
const rounds = Number(process.env.PHALA_KILL_ROUNDS ?? 30);

/** A network whose workers die at the points that are listed for them, one point in each life, and are started again. */
class FaultyNetwork extends Network {
  faults = new Map();
  hit = [];

  async startWorker(index) {
    const fault = this.faults.get(index)?.shift();
    const worker = await super.startWorker(index, { fault });
    if (fault) {
      worker.program.ended.then(async () => {
        if (!wasHit(worker.program, fault)) return;
        this.hit.push(fault);
        await this.startWorker(index);
      });
    }
    return worker;
  }

  static async create(options) {
    return Object.assign(new FaultyNetwork(), await Network.create(options));
  }
}

describe('a worker that is killed', () => {
  // the gatekeeper's key, its two messages about the cluster, its report: each is lost before or after it was sent
  const early = ['worker-before-send:3', 'worker-after-send:2', 'worker-before-send:4', 'worker-after-send:3'];
  const roots = new Map();
  let network, up, api, pairs, probes;
  let expected = 0;
  let salt = 0;

  before(async () => {
    network = await FaultyNetwork.create({ sealing: 'interval=250' });
    network.faults.set(1, [...early]);
    try {
      up = await bootstrap(network);
      ({ api, pairs } = up);
      probes = [];
      for (const { url } of network.workers) {
        const registry = await OnChainRegistry.create(api, { clusterId: up.cluster, pruntimeURL: url });
        probes.push(await openContract(registry, up.contracts.probe.built, up.contracts.probe.id));
      }
    } catch (error) {
      network.dump();
      throw error;
    }
  });
  after(async () => {
    network?.faults.clear();
    await up?.api.disconnect();
    await network?.stop();
  });

  /** How many messages the chain has taken from an origin. */
  const taken = async (kind, id) => {
    const entries = await api.query.phalaMq.offchainIngress.entries();
    const found = entries.find(([key]) => key.args[0].type === kind && (!id || key.args[0].inner.toHex() === id));
    return found ? found[1].unwrapOr(found[1]).toNumber() : 0;
  };
  /** One call over HTTP, which needs no connection that outlives the node. */
  const rpc = async (method, params) => {
    const response = await fetch(network.http, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      signal: AbortSignal.timeout(5000),
    });
    const { result, error } = await response.json();
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  };
  const contracts = async () => (await api.query.phalaPhatContracts.clusterContracts(up.cluster)).length;
  const increment = async () => {
    const by = 1 + expected % 5;
    await send(api, probes[0].tx.increment({ gasLimit: GAS }, by), pairs.Bob);
    expected += by;
    await observe(network.workers[0]);
  };
  const instantiate = async () => {
    const tx = instantiation(api, up.cluster, up.contracts.probe.built, 'default', [], { salt: `again ${++salt}` });
    const sent = await send(api, tx, pairs.Alice);
    return sent.find('phalaPhatContracts', 'Instantiating').data.contract.toHex();
  };

  /** No two workers, and no worker twice, showed different roots at the same message. */
  const observe = async (worker) => {
    const { root, global } = await clusterState(worker);
    assert.equal(roots.get(global) ?? root, root, `worker ${worker.index} at message ${global}`);
    roots.set(global, root);
  };

  const check = async () => {
    const block = (await api.rpc.chain.getHeader()).number.toNumber();
    for (const worker of network.workers)
      await until(`block ${block} on worker ${worker.index}`, async () => {
        await observe(worker);
        return (await workerInfo(worker)).blocknum > block;
      }, { every: 50 });
    const [one, two] = await commonState(network.workers);
    assert.deepEqual(two, one);
    const cert = await signCertificate({ pair: pairs.Alice });
    for (const probe of probes) assert.equal(answer(await probe.query.get(cert.address, { cert })).value.toNumber(), expected);
  };

  /** Gives worker 2 work until it is gone, and lets it begin again. */
  const killWhile = async (work, fault, kill = () => {}) => {
    await network.workers[1].program.stop();
    const { program } = await Network.prototype.startWorker.call(network, 2, { fault });
    kill(program);
    while (program.exit === undefined) await work();
    assert.equal(program.exit, 'SIGKILL');
    if (fault) assert.ok(wasHit(program, fault), `${fault} was hit`);
    await network.startWorker(2);
  };

  test('around its messages while the cluster is formed', async () => {
    assert.deepEqual(network.hit, early, 'each point was hit');
    const gatekeeper = network.workers[0].pubkey;
    await until('all of its messages', async () => await taken('Worker', gatekeeper) === 3);
    assert.equal(await taken('Gatekeeper'), 2, "the cluster's key and the grant");
    await until('all keys', async () => await taken('Cluster', up.cluster) === await contracts());
    await check();
  });

  for (const fault of ['worker-before-commit:4', 'worker-inside-commit:4', 'worker-after-commit:4'])
    test(`at ${fault}`, async () => {
      const had = expected;
      await killWhile(increment, fault);
      assert.ok(expected > had);
      await check();
    });

  for (const fault of ['worker-before-send:2', 'worker-after-send:2'])
    test(`at ${fault}, with nobody else to send it`, async () => {
      const had = await contracts();
      const { child } = network.workers[0].program;
      const made = [];
      child.kill('SIGSTOP');
      try {
        await killWhile(async () => made.push(await instantiate()), fault);
        for (const id of made) await until(`the key of ${id}`, () => contractKey(api, id));
      } finally {
        child.kill('SIGCONT');
      }
      assert.equal(await contracts(), had + made.length);
      assert.equal(await taken('Cluster', up.cluster), had + made.length, 'one message for each contract');
      await check();
    });

  test(`${rounds} times at random, together with the node`, async () => {
    const { Dave } = pairs;
    const sent = new Map(); // nonce -> what was signed, as long as it may be needed again
    const offline = { era: 0, blockHash: api.genesisHash, genesisHash: api.genesisHash, runtimeVersion: api.runtimeVersion };
    const start = (await api.rpc.system.accountNextIndex(Dave.address)).toNumber();
    let nonce = start;
    const submit = (tx) => rpc('author_submitExtrinsic', [tx]).catch(() => {}); // the node may be dead: it is sent again
    const command = async () => {
      const by = 1 + nonce % 7;
      const tx = probes[0].tx.increment({ gasLimit: GAS }, by).sign(Dave, { ...offline, nonce });
      sent.set(nonce++, tx.toHex());
      expected += by;
      await submit(tx.toHex());
    };
    const included = () => rpc('system_accountNextIndex', [Dave.address]);
    /** As a client does that heard of no block: everything that the chain does not have, once more. */
    const resend = async () => {
      const has = await until('the node', included);
      for (const [number, tx] of sent) if (number >= has) await submit(tx);
    };

    for (let round = 0; round < rounds; ++round) {
      const victim = Math.floor(Math.random() * 3); // the node, or a worker
      const program = victim === 0 ? network.node : network.workers[victim - 1].program;
      setTimeout(() => program.child.kill('SIGKILL'), Math.random() * 400);
      while (program.exit === undefined) {
        await command();
        await sleep(20);
      }
      assert.equal(program.exit, 'SIGKILL');
      if (victim === 0) await network.startNode();
      else await network.startWorker(victim);
      if (victim === 0) await resend();
      for (const worker of network.workers) await observe(worker);
    }
    await until('all commands in blocks', async () => {
      await resend();
      return (await api.query.system.account(Dave.address)).nonce.toNumber() === nonce;
    }, { every: 1000 });
    assert.ok(nonce - start >= rounds);
    await check();
  });

  test('and none that is led to an older chain, and to another, does more than say so', async () => {
    const [folder, older, kept] = ['node', 'node-older', 'node-kept'].map((name) => join(network.folder, name));
    const restart = async (move) => {
      await network.node.stop();
      move();
      await network.startNode();
      await until('the client at the node again', () => api.isConnected);
    };
    await restart(() => cpSync(folder, older, { recursive: true }));
    await increment();
    await check();
    await restart(() => {
      renameSync(folder, kept);
      renameSync(older, folder); // whose next blocks are not those that the workers have executed
    });
    const another = "stuck at block .* the node's chain is not the one that this worker executed";
    for (const { program } of network.workers) await program.line(new RegExp(another));
    const stood = await Promise.all(network.workers.map(clusterState));
    await sleep(2000);
    for (const { program } of network.workers) {
      assert.equal(program.lines.filter((line) => new RegExp(another).test(line)).length, 1, program.tail());
      assert.equal(program.exit, undefined);
    }
    assert.deepEqual(await Promise.all(network.workers.map(clusterState)), stood);
    await restart(() => {
      rmSync(folder, { recursive: true });
      renameSync(kept, folder);
    });
    await increment();
    await check();
  });
});
