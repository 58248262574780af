// Two workers of a cluster: equal whatever happens to one of them, and silent about what was confided to them.
import './lib/quiet.mjs';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { OnChainRegistry, signCertificate } from '@phala/sdk';
import { u8aToHex, stringToU8a } from '@polkadot/util';
import { randomAsHex } from '@polkadot/util-crypto';
import { GAS, PHA, openContract } from './lib/bootstrap.mjs';
import { send } from './lib/chain.mjs';
import { answer, command } from './lib/demo.mjs';
import { sleep, until } from './lib/network.mjs';
import { standingNetwork } from './lib/standing.mjs';
import { clusterState, commonState, serves, workerInfo } from './lib/worker_api.mjs';

describe('two workers', () => {
  let network, up, api, pairs, probe;

  standingNetwork({
    count: 2,
    options: { log: 'debug' },
    prepare: async (standing) => {
      ({ network, up } = standing);
      ({ api, pairs } = up);
      probe = await openContract(up.registry, up.contracts.probe.built, up.contracts.probe.id);
    },
  });

  const ask = async (contract, message, ...args) => {
    const cert = await signCertificate({ pair: pairs.Alice });
    return answer(await contract.query[message](cert.address, { cert }, ...args)).value;
  };
  /** The probe as one worker alone tells it. */
  const probeOn = async (worker) => {
    const registry = await OnChainRegistry.create(api, { clusterId: up.cluster, pruntimeURL: worker.url });
    return openContract(registry, up.contracts.probe.built, up.contracts.probe.id);
  };

  test('agree on the state at the same message', async () => {
    await command(up.registry, probe, 'increment', pairs.Alice, [1]);
    const [one, two] = await commonState(network.workers);
    assert.equal(one.root, two.root);
    assert.ok(one.global > 0);
    const info = await workerInfo(network.workers[0]);
    assert.equal(info.publicKey, network.workers[0].pubkey.slice(2));
  });

  test('what one of them missed while it was killed, it catches up with, once', async () => {
    const had = (await ask(probe, 'get')).toNumber();
    const seen = new Set();
    let sum = 0;
    const stream = async (from, to) => {
      for (let by = from; by < to; ++by) {
        await send(api, probe.tx.increment({ gasLimit: GAS }, by), pairs.Bob);
        sum += by;
        seen.add((await clusterState(network.workers[0])).root);
      }
    };
    await stream(1, 4);
    const streaming = stream(4, 9);
    await sleep(700); // somewhere inside
    assert.equal(await network.workers[1].program.stop('SIGKILL'), 'SIGKILL');
    await sleep(2500);
    const again = await network.startWorker(2);
    assert.equal((await workerInfo(again)).publicKey, again.pubkey.slice(2), 'it is the same worker');
    await streaming;
    await stream(9, 11);
    const block = (await api.rpc.chain.getHeader()).number.toNumber();
    for (const worker of network.workers)
      await until(`block ${block} on worker ${worker.index}`, async () => (await workerInfo(worker)).blocknum > block);
    const [one, two] = await commonState(network.workers);
    assert.deepEqual(two, one);
    assert.ok(seen.size > 1, 'the root moved with the commands');
    for (const worker of network.workers) assert.equal((await ask(await probeOn(worker), 'get')).toNumber(), had + sum, `worker ${worker.index}`);
  });

  test('tell their operators how they get on, and nobody else', async () => {
    const [worker] = network.workers;
    const info = await (await fetch(`${worker.url}/info`)).json();
    assert.equal(info.public_key, worker.pubkey.slice(2));
    assert.equal(info.problem, '');
    assert.ok(info.chain_head > 0 && info.blocknum > 1);
    const metrics = await (await fetch(`${worker.operatorUrl}/metrics`)).text();
    assert.match(metrics, /phala_worker_requests_total\{method="ContractQuery",outcome="ok"\} [1-9]/);
    assert.equal((await fetch(`${worker.url}/metrics`)).status, 404);
    const endpoint = '/prpc/PhactoryAPI.AddEndpoint';
    const body = JSON.stringify({ encoded_endpoint_type: [1], endpoint: `${worker.url.replace('127.0.0.1', 'localhost')}` });
    assert.equal((await fetch(`${worker.url}${endpoint}?json`, { method: 'POST', body })).status, 403);
    const added = await fetch(`${worker.operatorUrl}${endpoint}?json`, { method: 'POST', body });
    assert.equal(added.status, 200, await added.clone().text());
    assert.equal((await added.json()).signature.length, 64);
    await until('the new endpoint on chain', async () =>
      (await api.query.phalaRegistry.endpoints(worker.pubkey)).unwrap().asV1[0].toString().includes('localhost'));
  });

  test('have measured their machines before they had contracts', async () => {
    for (const worker of network.workers)
      await until(`the score of worker ${worker.index}`, async () => (await api.query.phalaRegistry.workers(worker.pubkey)).unwrap().initialScore.isSome);
  });

  /** One more worker, registered. */
  const another = async (index) => {
    const worker = await network.startWorker(index);
    worker.pubkey = `0x${(await workerInfo(worker)).publicKey}`;
    await until(`the registration of worker ${index}`, async () => (await api.query.phalaRegistry.workers(worker.pubkey)).isSome);
    return worker;
  };

  test('take in a third one later, which serves the same state until it is dismissed', async () => {
    const third = await another(3);
    try {
      await send(api, api.tx.phalaPhatContracts.addWorkerToCluster(third.pubkey, up.cluster), pairs.Alice);
      await until('the third worker in the cluster', () => serves(third));
      await until('its report on chain', async () => (await api.query.phalaMq.offchainIngress({ Worker: third.pubkey })).unwrapOr(0) > 0);
      await command(up.registry, probe, 'increment', pairs.Bob, [3]);
      const [one, , three] = await commonState(network.workers);
      assert.deepEqual(three, one);
      assert.equal((await ask(await probeOn(third), 'get')).toNumber(), (await ask(probe, 'get')).toNumber());
      await third.program.stop('SIGKILL');
      await command(up.registry, probe, 'increment', pairs.Bob, [4]);
      await network.startWorker(3);
      const [again, , after] = await commonState(network.workers);
      assert.deepEqual(after, again);

      await send(api, api.tx.phalaPhatContracts.removeWorkerFromCluster(third.pubkey, up.cluster), pairs.Alice);
      assert.equal(await network.workers[2].program.ended, 0, 'it ends: nothing is left to do');
      const { error } = await send(api, api.tx.phalaPhatContracts.addWorkerToCluster(third.pubkey, up.cluster), pairs.Alice, { failing: true });
      assert.equal(error, 'phalaPhatContracts.WorkerIsBusy');
    } finally {
      const { program, data } = network.workers.pop();
      await program.stop();
      rmSync(data, { recursive: true }); // the next third worker is another one
    }
  });

  test('know nothing of a second cluster beside theirs', async () => {
    const other = await another(3);
    try {
      const { Alice, Bob } = pairs;
      const form = api.tx.phalaPhatContracts.addCluster(Bob.address, { OnlyOwner: Bob.address }, [other.pubkey], 100n * PHA, 1, 1, 1, Bob.address);
      await send(api, api.tx.sudo.sudo(form), Alice);
      const second = `0x${'00'.repeat(31)}02`;
      const { systemContract } = (await api.query.phalaPhatContracts.clusters(second)).unwrap();
      await until('its key', async () => (await api.query.phalaRegistry.contractKeys(systemContract)).isSome);
      assert.notEqual((await clusterState(other)).root, (await clusterState(network.workers[0])).root);
      const upload = api.tx.phalaPhatContracts.clusterUploadResource(second, 'InkCode', '0x00');
      assert.equal((await send(api, upload, Alice, { failing: true })).error, 'phalaPhatContracts.ClusterPermissionDenied');
      const registry = await OnChainRegistry.create(api, { clusterId: second, pruntimeURL: other.url });
      assert.equal(registry.clusterId, second);
      await command(up.registry, probe, 'increment', Bob, [5]);
      const [one, two] = await commonState(network.workers.slice(0, 2));
      assert.deepEqual(two, one);
    } finally {
      await network.workers.pop().program.stop();
    }
  });

  test('what is sent encrypted is found in no block, file, log or answer', async () => {
    const marker = (name) => `${name}-${randomAsHex(12).slice(2)}`;
    const secret = { command: marker('command'), key: marker('key'), stored: marker('stored'), query: marker('query') };
    const open = marker('open');
    await command(up.registry, probe, 'note', pairs.Alice, [secret.command]);
    await command(up.registry, probe, 'put', pairs.Alice, [secret.key, u8aToHex(stringToU8a(secret.stored))]);
    await command(up.registry, probe, 'put', pairs.Alice, [open, '0x00'], { plain: true });
    assert.equal((await ask(probe, 'last')).toString(), secret.command, 'it is there for who asks');
    assert.equal((await ask(probe, 'find', secret.key)).unwrap().toUtf8(), secret.stored);
    assert.equal((await ask(probe, 'echo', { number: 1, text: secret.query, flag: null })).text.toString(), secret.query);
    await commonState(network.workers);

    const places = new Map();
    const best = (await api.rpc.chain.getHeader()).number.toNumber();
    for (let number = 0; number <= best; ++number) {
      const hash = await api.rpc.chain.getBlockHash(number);
      places.set(`block ${number}`, (await api.rpc.chain.getBlock(hash)).toHex());
      places.set(`events of block ${number}`, (await (await api.at(hash)).query.system.events()).toHex());
    }
    for (let start = '0x', keys; (keys = await api.rpc.state.getKeysPaged('0x', 500, start)).length > 0; start = keys.at(-1).toHex()) {
      for (const { block, changes } of await api.rpc.state.queryStorageAt.raw?.(keys.map((key) => key.toHex())) ?? [])
        places.set(`state at ${block} from ${start}`, JSON.stringify(changes));
      if (!api.rpc.state.queryStorageAt.raw)
        for (const key of keys) places.set(`state ${key.toHex()}`, `${key.toHex()} ${(await api.rpc.state.getStorage(key)).unwrapOr(null)?.toHex() ?? ''}`);
    }
    const [, metrics] = readFileSync(network.node.logFile, 'utf8').match(/metrics +(http:\S+)/) ?? []; // its port may be taken
    if (metrics) places.set(metrics, await (await fetch(metrics)).text());
    places.set('log records', JSON.stringify(await up.registry.loggerContract.getLogRaw({ from: 0, count: 0 })));
    for (const worker of network.workers) {
      for (const method of ['getInfo', 'getClusterInfo', 'getContractInfo']) places.set(`${method} of worker ${worker.index}`, JSON.stringify(await worker.client[method]({})));
      const json = ['GetInfo', 'GetClusterInfo', 'GetContractInfo', 'Statistics', 'GetEndpointInfo', 'GenerateClusterStateRequest'];
      for (const page of [`${worker.url}/info`, `${worker.url}/get_info`, `${worker.url}/help`, `${worker.operatorUrl}/metrics`,
        ...json.map((method) => `${worker.operatorUrl}/prpc/PhactoryAPI.${method}`)]) {
        const response = await fetch(page);
        assert.equal(response.status, 200, page);
        places.set(page, await response.text());
      }
    }
    const walk = (folder) => readdirSync(folder).flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? walk(path) : [path];
    });
    for (const path of walk(network.folder)) places.set(path, readFileSync(path));

    const found = (text) => {
      const hex = Buffer.from(text).toString('hex');
      return [...places].filter(([, content]) => content.includes(text) || content.includes(hex)).map(([place]) => place);
    };
    assert.ok(places.size > best + 10);
    assert.ok(found(open).some((place) => place.startsWith('block')), 'the search finds what was sent in the open');
    for (const [name, text] of Object.entries(secret)) assert.deepEqual(found(text), [], name);
  });
});
