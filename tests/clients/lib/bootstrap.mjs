// From started processes to a cluster that serves contracts (spec decisions §4.6): used by the tests and by ./dev up.
import { OnChainRegistry, PinkContractPromise, createPruntimeClient, options, signCertificate } from '@phala/sdk';
import { ApiPromise, Keyring, WsProvider } from '@polkadot/api';
import { Abi } from '@polkadot/api-contract';
import { hexToU8a, stringToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { blake2AsHex, cryptoWaitReady } from '@polkadot/util-crypto';
import { existsSync, readFileSync } from 'node:fs';
import { send } from './chain.mjs';
import { paths, until, within } from './network.mjs';

export const PHA = 1_000_000_000_000n;
/** What a command may use at most; at the price of 1 it prepays 2.5 PHA, and the unused part comes back. */
export const GAS = 2_500_000_000_000n;
export const names = ['Alice', 'Bob', 'Charlie', 'Dave', 'Eve', 'Ferdie'];

export async function connect(network) {
  const api = await within('connecting to the node', ApiPromise.create(options({ provider: new WsProvider(network.ws), noInitWarn: true })), 30_000);
  await api.isReady;
  return api;
}

export async function accounts() {
  await cryptoWaitReady();
  const keyring = new Keyring({ type: 'sr25519', ss58Format: 30 });
  return Object.fromEntries(names.map((name) => [name, keyring.addFromUri(`//${name}`)]));
}

/** A contract as it was built: {name, file, json, abi, code, codeHash}. */
export function loadContract(name, api) {
  const file = paths.contract(name);
  if (!existsSync(file)) throw new Error(`${file} is not built; run ./dev build`);
  const json = JSON.parse(readFileSync(file, 'utf8'));
  const code = json.source.wasm;
  return { name, file, json, abi: new Abi(json, api.registry.getChainProperties()), code, codeHash: blake2AsHex(code) };
}

const saltBytes = (salt) => (salt.startsWith('0x') ? hexToU8a(salt) : stringToU8a(salt));

/** Where a contract will be (spec phala-sdk-wire §4.8). */
export function contractId(deployer, codeHash, cluster, salt) {
  return blake2AsHex(u8aConcat(deployer.publicKey, hexToU8a(codeHash), hexToU8a(cluster), saltBytes(salt)));
}

export function instantiation(api, cluster, contract, constructor, args, { salt, gas = GAS } = {}) {
  const data = contract.abi.findConstructor(constructor).toU8a(args);
  return api.tx.phalaPhatContracts.instantiateContract({ WasmCode: contract.codeHash }, data, u8aToHex(saltBytes(salt)), cluster, 0, gas, null, 0);
}

export const contractKey = async (api, id) => {
  const key = await api.query.phalaRegistry.contractKeys(id);
  return key.isSome ? key.unwrap().toHex() : null;
};

/** Connects the SDK to the cluster, by default through the first worker. */
export async function connectRegistry(api, cluster, worker) {
  return until('connecting the SDK', () => OnChainRegistry.create(api, { clusterId: cluster, pruntimeURL: worker.url }), { timeout: 60_000, every: 1000 });
}

export async function openContract(registry, contract, id) {
  const key = await registry.getContractKeyOrFail(id);
  return new PinkContractPromise(registry.api, registry, contract.json, id, key);
}

/** The request that the SDK would send for a query: made as always, but not sent. */
export async function captureQuery(registry, contract, id, reader, message, args) {
  let request;
  const capture = {
    isReady: () => true,
    remotePubkey: registry.remotePubkey,
    phactory: { contractQuery: (sent) => { request = sent; throw new Error('captured'); } },
  };
  const cert = await signCertificate({ pair: reader });
  const promise = new PinkContractPromise(registry.api, capture, contract.json, id, `0x${'00'.repeat(32)}`);
  await promise.query[message](cert.address, { cert }, ...args).catch((error) => {
    if (!request) throw error;
  });
  return request;
}

/** Starts worker `index` and waits until it has registered. */
export async function startWorker(network, api, index) {
  const worker = await network.startWorker(index);
  worker.client = createPruntimeClient(worker.url);
  worker.pubkey = `0x${(await worker.client.getInfo({})).publicKey}`;
  await until(`the registration of worker ${index}`, async () =>
    (await api.query.phalaRegistry.workers(worker.pubkey)).isSome && (await api.query.phalaRegistry.endpoints(worker.pubkey)).isSome);
  return worker;
}

/** Starts the node and `count` workers and waits until the workers have registered. Returns {api, pairs}. */
export async function startChain(network, { count = 2, progress = () => {} } = {}) {
  progress('Starting the chain');
  await network.startNode();
  const api = await connect(network);
  const pairs = await accounts();
  try {
    progress('Workers start and register on the chain');
    for (let index = 1; index <= count; ++index) await startWorker(network, api, index);
    return { api, pairs };
  } catch (error) {
    await api.disconnect();
    throw error;
  }
}

/** A new cluster of these workers, once it has its key and they serve it. Returns {cluster, systemContract}. */
export async function addCluster(api, { Alice }, workers, { owner = Alice, permission = 'Public' } = {}) {
  const added = await send(api, api.tx.sudo.sudo(api.tx.phalaPhatContracts.addCluster(
    owner.address, permission, workers.map((worker) => worker.pubkey), 100n * PHA, 1, 1, 1, owner.address)), Alice);
  const outcome = added.find('sudo', 'Sudid')?.data[0];
  const created = added.find('phalaPhatContracts', 'ClusterCreated');
  if (!created) throw new Error(`the cluster was not created: ${outcome}`);
  const [cluster, systemContract] = created.data.map((id) => id.toHex());
  await until('the key of the system contract', () => contractKey(api, systemContract), { timeout: 120_000 });
  for (const worker of workers) {
    await until(`worker ${worker.index} in the cluster`, async () => (await worker.client.getClusterInfo({})).info?.id === cluster);
  }
  return { cluster, systemContract };
}

/** Makes the first worker gatekeeper and all of them a cluster. Returns {cluster, systemContract}. */
export async function formCluster(network, api, pairs, { progress = () => {}, systemCode = u8aToHex(readFileSync(paths.contractCode('system'))) } = {}) {
  const { Alice } = pairs;
  const { sudo } = api.tx.sudo;
  progress('The first worker becomes gatekeeper and makes the master key');
  await send(api, sudo(api.tx.phalaRegistry.registerGatekeeper(network.workers[0].pubkey)), Alice);
  await until('the launch of the gatekeeper', async () => (await api.query.phalaRegistry.gatekeeperLaunchedAt()).isSome);

  progress('A cluster is formed and gets its key');
  await send(api, sudo(api.tx.phalaPhatContracts.setPinkSystemCode(systemCode)), Alice);
  await until('the system code', async () => (await api.query.phalaPhatContracts.pinkSystemCodeHash()).isSome);
  return addCluster(api, pairs, network.workers);
}

/** What every network has: its logger, two tokens, the swap between them and the probe. */
export async function deployExamples(network, api, pairs, { cluster, systemContract }, progress = () => {}) {
  const { Alice } = pairs;
  const built = Object.fromEntries(['log_server', 'token', 'swap', 'probe'].map((name) => [name, loadContract(name, api)]));
  const id = (name, salt) => contractId(Alice, built[name].codeHash, cluster, salt);
  const ids = { token_a: id('token', 'token_a'), token_b: id('token', 'token_b') };
  const plan = [
    ['log_server', 'log_server', 'default', []],
    ['token_a', 'token', 'create', [1_000_000n * PHA]],
    ['token_b', 'token', 'create', [1_000_000n * PHA]],
    ['swap', 'swap', 'create', [ids.token_a, ids.token_b]],
    ['probe', 'probe', 'default', []],
  ];
  for (const [name, code] of plan) ids[name] = id(code, name);

  progress('Contracts are uploaded: logger, tokens, swap, probe');
  const registry = await connectRegistry(api, cluster, network.workers[0]);
  await send(api, api.tx.utility.batchAll([
    ...Object.values(pairs).map((pair) => registry.transferToCluster(pair.address, 100n * PHA)),
    ...Object.values(built).map((contract) => api.tx.phalaPhatContracts.clusterUploadResource(cluster, 'InkCode', contract.code)),
  ]), Alice);
  progress('Contracts are instantiated and get their keys');
  await send(api, api.tx.utility.batchAll([
    ...plan.map(([name, code, constructor, args]) => instantiation(api, cluster, built[code], constructor, args, { salt: name })),
    registry.systemContract.tx['system::setDriver']({ gasLimit: GAS }, 'PinkLogger', ids.log_server),
  ]), Alice);
  for (const [name] of plan) await until(`the key of ${name}`, () => contractKey(api, ids[name]), { timeout: 120_000 });
  for (const worker of network.workers) {
    await until(`all contracts on worker ${worker.index}`, async () =>
      (await worker.client.getContractInfo({ contracts: Object.values(ids) })).contracts.length === plan.length);
  }
  const contracts = Object.fromEntries(plan.filter(([name]) => name !== 'log_server').map(([name, code]) => [name, { id: ids[name], built: built[code] }]));
  return { logger: ids.log_server, contracts };
}

/** Uploads and instantiates contracts: {name: [built, constructor, args]}, where args may ask for the ids of others. Returns {name: contract}. */
export async function deploy({ api, registry, cluster }, deployer, plan) {
  const ids = Object.fromEntries(Object.entries(plan).map(([name, [built]]) => [name, contractId(deployer, built.codeHash, cluster, name)]));
  const codes = new Set(Object.values(plan).map(([built]) => built.code));
  await send(api, api.tx.utility.batchAll([...codes].map((code) => api.tx.phalaPhatContracts.clusterUploadResource(cluster, 'InkCode', code))), deployer);
  await send(api, api.tx.utility.batchAll(Object.entries(plan).map(([name, [built, constructor, args]]) =>
    instantiation(api, cluster, built, constructor, typeof args === 'function' ? args(ids) : args, { salt: name }))), deployer);
  const contracts = {};
  for (const [name, [built]] of Object.entries(plan)) {
    await until(`the key of ${name}`, () => contractKey(api, ids[name]), { timeout: 120_000 });
    contracts[name] = await openContract(registry, built, ids[name]);
  }
  return contracts;
}

/** All of it. Returns {api, pairs, cluster, systemContract, logger, contracts, registry}. */
export async function bootstrap(network, { count = 2, progress = () => {}, systemCode } = {}) {
  const { api, pairs } = await startChain(network, { count, progress });
  try {
    const formed = await formCluster(network, api, pairs, { progress, systemCode });
    const deployed = await deployExamples(network, api, pairs, formed, progress);
    progress('Everything serves');
    // a registry looks for the logger once, when it connects
    const registry = await until('the logger', async () => {
      const found = await OnChainRegistry.create(api, { clusterId: formed.cluster, pruntimeURL: network.workers[0].url });
      return found.loggerContract?.address.toHex() === deployed.logger && found;
    }, { every: 1000 });
    return { api, pairs, registry, ...formed, ...deployed };
  } catch (error) {
    await api.disconnect();
    throw error;
  }
}
