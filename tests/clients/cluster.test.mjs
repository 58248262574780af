// A cluster's life as its owner and the chain's governance lead it (rows of spec contract-engine §10.4): a worker joins by
// hand, engine and system contract are upgraded, the cluster ends.
import './lib/quiet.mjs';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { OnChainRegistry, signCertificate } from '@phala/sdk';
import { u8aToHex } from '@polkadot/util';
import { openContract, startWorker } from './lib/bootstrap.mjs';
import { send } from './lib/chain.mjs';
import { answer, command } from './lib/demo.mjs';
import { paths, until } from './lib/network.mjs';
import { standingNetwork } from './lib/standing.mjs';
import { commonState, errorOf, post, serves, workerInfo } from './lib/worker_api.mjs';

describe("a cluster's life", () => {
  let network, up, api, pairs, probe;

  standingNetwork({
    count: 2,
    // nobody is where the chain says that the workers are: who joins cannot ask them
    options: { workerArgs: ['--endpoint', 'http://127.0.0.1:9'] },
    prepare: async (standing) => {
      ({ network, up } = standing);
      ({ api, pairs } = up);
      probe = await openContract(up.registry, up.contracts.probe.built, up.contracts.probe.id);
    },
  });

  /** What a query of the system contract gives on one worker alone. */
  const askSystem = async (worker, message, ...args) => {
    const registry = await OnChainRegistry.create(api, { clusterId: up.cluster, pruntimeURL: worker.url });
    const cert = await signCertificate({ pair: pairs.Alice });
    return answer(await registry.systemContract.query[message](cert.address, { cert }, ...args)).value;
  };

  test('add worker: save and load the state by RPC', async () => {
    const third = await startWorker(network, api, 3);
    const early = await post(third.operatorUrl, 'LoadClusterState');
    assert.equal(early.status, 500);
    assert.match(errorOf(early.body), /not waiting for the state of a cluster/);
    const added = await send(api, api.tx.phalaPhatContracts.addWorkerToCluster(third.pubkey, up.cluster), pairs.Alice);
    const { data } = added.find('phalaPhatContracts', 'WorkerAddedToCluster');
    assert.deepEqual(data.map((id) => id.toHex()), [third.pubkey, up.cluster]);
    await command(up.registry, probe, 'increment', pairs.Bob, [2]);
    assert.equal(await serves(third), false, 'it could ask nobody');

    // a state that is of a block the joiner has passed meanwhile is refused: the operator takes a newer one
    await until('the third worker in the cluster', async () => {
      const request = await post(third.operatorUrl, 'GenerateClusterStateRequest');
      const saved = await post(network.workers[0].url, 'SaveClusterState', request.body);
      if (saved.status !== 200) throw new Error(errorOf(saved.body));
      const loaded = await post(third.operatorUrl, 'LoadClusterState', saved.body);
      if (loaded.status !== 200) throw new Error(errorOf(loaded.body));
      await until('it', () => serves(third), { timeout: 2000, every: 100 });
      return true;
    }, { every: 300 });
    const ids = Object.values(up.contracts).map(({ id }) => id);
    assert.equal((await third.client.getContractInfo({ contracts: ids })).contracts.length, ids.length, 'contracts are present');
    await command(up.registry, probe, 'increment', pairs.Bob, [3]);
    const [one, two, three] = await commonState(network.workers);
    assert.deepEqual([two, three], [one, one]);
  });

  test('upgrade the runtime to the newest that workers have', async () => {
    const { maxRuntime } = await workerInfo(network.workers[0]);
    const version = maxRuntime.split('.').map(Number);
    const logger = (await askSystem(network.workers[0], 'system::getDriver', 'PinkLogger')).toHex();
    await command(up.registry, up.registry.systemContract, 'system::upgradeRuntime', pairs.Alice, [version]);
    for (const worker of network.workers) {
      assert.equal((await worker.client.getClusterInfo({})).info.runtimeVersion, maxRuntime);
      assert.equal((await askSystem(worker, 'system::getDriver', 'PinkLogger')).toHex(), logger, 'drivers are kept');
    }
  });

  test('a second system code, and the upgrade to it', async () => {
    const versions = async () => Promise.all(network.workers.map(async (worker) => (await askSystem(worker, 'system::version')).map((part) => part.toNumber())));
    const { systemContract } = up.registry;
    assert.deepEqual(await versions(), network.workers.map(() => [1, 2, 0]));
    await command(up.registry, systemContract, 'system::upgradeSystemContract', pairs.Alice, []);
    assert.deepEqual(await versions(), network.workers.map(() => [1, 2, 0]), 'there is nothing newer yet');

    const next = u8aToHex(readFileSync(paths.contractCode('system_next')));
    await send(api, api.tx.sudo.sudo(api.tx.phalaPhatContracts.setPinkSystemCode(next)), pairs.Alice);
    await until('the second code', async () => (await api.query.phalaPhatContracts.pinkSystemCode())[0].toNumber() === 2);
    assert.equal((await api.query.phalaPhatContracts.pinkSystemCode())[1].toHex(), next);
    // a registry asks the system contract for its drivers when it connects, which the second one has none of
    const asked = await Promise.all(network.workers.map((worker) => OnChainRegistry.create(api, { clusterId: up.cluster, pruntimeURL: worker.url })));
    await command(up.registry, systemContract, 'system::upgradeSystemContract', pairs.Bob, []);
    assert.deepEqual(await versions(), network.workers.map(() => [1, 2, 0]), "that is the owner's to do");
    await command(up.registry, systemContract, 'system::upgradeSystemContract', pairs.Alice, []);
    await commonState(network.workers);
    const cert = await signCertificate({ pair: pairs.Alice });
    for (const { systemContract: contract } of asked)
      assert.deepEqual(answer(await contract.query['system::version'](cert.address, { cert })).value.map((part) => part.toNumber()), [0xffff, 0, 0]);
    const [one, ...others] = await commonState(network.workers);
    for (const other of others) assert.deepEqual(other, one);
  });

  test('destroy it: workers end, but for the gatekeeper', async () => {
    const [first, ...others] = network.workers;
    await send(api, api.tx.sudo.sudo(api.tx.phalaPhatContracts.clusterDestroy(up.cluster)), pairs.Alice);
    for (const { program } of others) assert.equal(await program.ended, 0);
    await until('the first worker without it', async () => !(await serves(first)));
    const block = (await api.rpc.chain.getHeader()).number.toNumber();
    await until('it goes on', async () => (await workerInfo(first)).blocknum > block + 1);
    assert.ok((await workerInfo(first)).isGatekeeper);
    // who is started again knows that it is over
    const again = await network.startWorker(2);
    assert.equal(await serves(again), false);
    await until('it follows the chain', async () => (await workerInfo(again)).blocknum > block + 1);
  });
});
