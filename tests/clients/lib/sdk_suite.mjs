// The unmodified @phala/sdk against a network of our own: the rows of spec phala-sdk-wire §7 (their numbers stand before the tests' names).
// Row 25, a page in a browser, is in browser.test.mjs.
import './quiet.mjs';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { OnChainRegistry, PinkBlueprintPromise, createPruntimeClient, getLogger, options, signCertificate, unsafeGetContractCodeHash, unstable_signEip712Certificate } from '@phala/sdk';
import { ApiPromise, Keyring, WsProvider, packageInfo } from '@polkadot/api';
import { hexToU8a, stringToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { blake2AsHex, blake2AsU8a, keccakAsU8a, randomAsHex } from '@polkadot/util-crypto';
import { createServer } from 'node:http';
import { createWalletClient, custom } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { GAS, PHA, addCluster, bootstrap, captureQuery, contractId, contractKey, instantiation, openContract, startWorker } from './bootstrap.mjs';
import { send } from './chain.mjs';
import { answer, balanceOf, command, secretPayment } from './demo.mjs';
import { Network, until } from './network.mjs';
import { Query } from './query.mjs';
import { clusterState, encodeQuery, errorOf, infoWith, post, workerInfo } from './worker_api.mjs';

export const sdkSuite = (apiVersion) => describe(`@phala/sdk 0.5.10 under @polkadot/api ${apiVersion}`, () => {
  let network, up, api, registry, pairs, cluster, probe, tokenA, tokenB, swap, second;

  before(async () => {
    network = await Network.create();
    try {
      up = await bootstrap(network);
    } catch (error) {
      network.dump();
      throw error;
    }
    ({ api, registry, pairs, cluster } = up);
    const open = ({ built, id }) => openContract(registry, built, id);
    [probe, tokenA, tokenB, swap] = await Promise.all(['probe', 'token_a', 'token_b', 'swap'].map((name) => open(up.contracts[name])));
  });
  after(async () => {
    await up?.api.disconnect();
    await network?.stop();
  });

  const ask = async (contract, message, reader, ...args) => {
    const cert = await signCertificate({ pair: reader });
    return contract.query[message](cert.address, { cert }, ...args);
  };
  const value = async (contract, message, reader, ...args) => answer(await ask(contract, message, reader, ...args)).value;
  const counter = async () => (await value(probe, 'get', pairs.Alice)).toNumber();
  const unchanged = async (what, act) => {
    // blocks go on meanwhile: they count as messages, but nobody sends a command
    const { root } = await clusterState(network.workers[0]);
    await act();
    assert.equal((await clusterState(network.workers[0])).root, root, `${what} changes no state`);
    assert.match(root, /^0x[0-9a-f]{64}$/);
  };
  // code that nobody has uploaded: the probe with one more custom section
  const freshCode = (name) => u8aConcat(up.contracts.probe.built.code, [0, name.length + 1, name.length], Buffer.from(name));
  const codeExists = async (hash) => (await value(registry.systemContract, 'system::codeExists', pairs.Alice, hash, 'Ink')).isTrue;

  // a cluster of Bob's own, with a worker of its own
  const secondCluster = () => second ??= (async () => {
    const worker = await startWorker(network, api, 3);
    return { worker, ...await addCluster(api, pairs, [worker], { owner: pairs.Bob, permission: { OnlyOwner: pairs.Bob.address } }) };
  })();

  test('1: the api is ready and knows the types', async () => {
    assert.equal(packageInfo.version, apiVersion);
    // as an application creates it: what it does not know it says on the console
    const said = [];
    const methods = ['log', 'warn', 'error'];
    const before = methods.map((method) => console[method]);
    for (const method of methods) console[method] = (...words) => said.push(words.map(String).join(' '));
    try {
      const other = await ApiPromise.create(options({ provider: new WsProvider(network.ws) }));
      assert.ok(other.isConnected);
      assert.ok(other.tx.phalaPhatContracts.pushContractMessage);
      assert.ok(other.query.phalaRegistry.contractKeys);
      await other.disconnect();
    } finally {
      methods.forEach((method, index) => { console[method] = before[index]; });
    }
    // CheckMqSequence is an extension of the reference's chains that adds nothing to what is signed
    for (const line of said.filter((one) => !/CheckMqSequence found, treating them as no-effect/.test(one)))
      assert.doesNotMatch(line, /unknown (type|signed)|unable to (resolve|create|decorate)|cannot construct/i);
  });

  test('2: connects by itself to a worker of the first cluster', async () => {
    const found = await OnChainRegistry.create(api);
    assert.equal(found.clusterId, cluster);
    assert.ok(network.workers.some((worker) => worker.pubkey === found.remotePubkey), 'an id from the chain');
    const onChain = (await api.query.phalaPhatContracts.clusterWorkers(cluster)).map((id) => id.toHex());
    assert.ok(onChain.includes(found.remotePubkey), 'of the cluster');
    assert.equal(found.gasPrice.toNumber(), 1);
    assert.equal(found.systemContract.address.toHex(), up.systemContract);
    assert.equal(found.loggerContract.address.toHex(), up.logger);
    assert.deepEqual((await value(found.systemContract, 'system::version', pairs.Alice)).length, 3);
  });

  test('3: connects in every other way', async () => {
    const worker = network.workers[1];
    for (const how of [{ pruntimeURL: worker.url }, { pruntimeURL: worker.url, clusterId: cluster }, { clusterId: cluster }, { workerId: worker.pubkey }]) {
      const found = await OnChainRegistry.create(api, how);
      assert.ok(found.isReady(), JSON.stringify(how));
      assert.equal(found.clusterId, cluster, JSON.stringify(how));
      // by URL the SDK takes it from GetInfo, which tells it without 0x
      if (how.pruntimeURL || how.workerId) assert.equal(found.remotePubkey.replace(/^0x/, ''), worker.pubkey.slice(2), JSON.stringify(how));
      assert.equal((await found.getClusterBalance(pairs.Alice.address)).total.toBigInt() > 0n, true, 'and it answers');
    }
    const other = await OnChainRegistry.create(api, { autoConnect: false });
    await other.connect({ pubkey: worker.pubkey, clusterId: cluster, endpoints: { default: worker.url, v1: [worker.url] } });
    assert.deepEqual([other.clusterId, other.remotePubkey], [cluster, worker.pubkey]);
    const asked = [];
    const strategy = (chain, clusterId) => {
      asked.push(clusterId);
      return [worker.pubkey, createPruntimeClient(worker.url)];
    };
    assert.equal((await OnChainRegistry.create(api, { clusterId: cluster, strategy })).remotePubkey, worker.pubkey);
    assert.deepEqual(asked, [cluster]);
  });

  test('5: no connection to a cluster that is not there', async () => {
    await assert.rejects(OnChainRegistry.create(api, { clusterId: `0x${'77'.repeat(32)}` }), /Cluster not found: 0x77/);
  });

  test('6: a balance in the cluster is what was transferred to it', async () => {
    const fresh = new Keyring({ type: 'sr25519', ss58Format: 30 }).addFromUri(`//Fresh//${randomAsHex(8)}`);
    const before = await registry.getClusterBalance(fresh.address);
    assert.deepEqual([before.total.toString(), before.free.toString()], ['0', '0']);
    for (const total of [PHA, 2n * PHA]) {
      const sent = await send(api, registry.transferToCluster(fresh.address, PHA), pairs.Alice);
      const { data } = sent.find('phalaPhatContracts', 'Transfered');
      assert.deepEqual([data.cluster.toHex(), data.account.toHex(), data.amount.toBigInt()], [cluster, u8aToHex(fresh.publicKey), PHA]);
      await until('the balance', async () => (await registry.getClusterBalance(fresh.address)).free.toString() === total.toString(), { timeout: 20_000 });
    }
  });

  test('7: who is permitted uploads code', async () => {
    const code = freshCode('seven');
    const hash = blake2AsHex(code);
    assert.equal(await codeExists(hash), false);
    await send(api, api.tx.phalaPhatContracts.clusterUploadResource(cluster, 'InkCode', u8aToHex(code)), pairs.Bob);
    await until('the code', () => codeExists(hash), { timeout: 20_000 });
  });

  test('7: and in a cluster of somebody else nobody does but its owner', async () => {
    const { cluster: theirs } = await secondCluster();
    const upload = (code) => api.tx.phalaPhatContracts.clusterUploadResource(theirs, 'InkCode', u8aToHex(code));
    assert.equal((await send(api, upload(freshCode('alien')), pairs.Alice, { failing: true })).error, 'phalaPhatContracts.ClusterPermissionDenied');
    const code = freshCode('own');
    await send(api, api.tx.phalaPhatContracts.transferToCluster(50n * PHA, theirs, pairs.Bob.address), pairs.Bob);
    await send(api, upload(code), pairs.Bob);
    const there = await OnChainRegistry.create(api, { clusterId: theirs });
    await until('the code', async () => (await value(there.systemContract, 'system::codeExists', pairs.Bob, blake2AsHex(code), 'Ink')).isTrue, { timeout: 20_000 });
    assert.equal(await codeExists(blake2AsHex(code)), false, 'and it is not in the first cluster');
  });

  test('8: code that is too large is refused', async () => {
    const limit = 2 * 1024 * 1024; // what one resource may be (spec contract-engine §6.1)
    const tx = api.tx.phalaPhatContracts.clusterUploadResource(cluster, 'InkCode', u8aToHex(new Uint8Array(limit + 1)));
    assert.equal((await send(api, tx, pairs.Alice, { failing: true })).error, 'phalaPhatContracts.PayloadTooLarge');
  });

  test('9: estimates an instantiation and foretells the address', async () => {
    const { built } = up.contracts.token_a;
    const blueprint = new PinkBlueprintPromise(api, registry, built.json, built.codeHash);
    const cert = await signCertificate({ pair: pairs.Bob });
    const estimate = await blueprint.query.create(cert.address, { cert, salt: 'nine' }, PHA);
    assert.ok(estimate.gasRequired.refTime.toBigInt() > 0n);
    assert.ok(estimate.storageDeposit.isCharge && estimate.storageDeposit.asCharge.toBigInt() > 0n, estimate.storageDeposit.toString());
    assert.equal(u8aToHex(estimate.result.asOk.accountId.toU8a()), contractId(pairs.Bob, built.codeHash, cluster, 'nine'));
  });

  test('10: instantiates once, and not twice', async () => {
    const { built } = up.contracts.token_a;
    const tx = () => instantiation(api, cluster, built, 'create', [77n], { salt: 'ten' });
    const sent = await send(api, tx(), pairs.Bob);
    const id = sent.find('phalaPhatContracts', 'Instantiating').data.contract.toHex();
    assert.equal(id, contractId(pairs.Bob, built.codeHash, cluster, 'ten'));
    await until('its key', () => contractKey(api, id));
    const listed = (await api.query.phalaPhatContracts.clusterContracts(cluster)).map((contract) => contract.toHex());
    assert.ok(listed.includes(id));
    assert.equal((await send(api, tx(), pairs.Bob, { failing: true })).error, 'phalaPhatContracts.DuplicatedContract');
    const token = await openContract(registry, built, id);
    assert.equal((await balanceOf(token, pairs.Bob, pairs.Bob)).value, 77n);
    assert.equal(await unsafeGetContractCodeHash(registry, id), built.codeHash);
  });

  test('11: queries answer with options, structs and failures', async () => {
    assert.equal(typeof await counter(), 'number');
    assert.ok((await value(probe, 'find', pairs.Alice, 'nothing here')).isNone);
    const pair = { number: 7, text: 'sept', flag: true };
    assert.deepEqual((await value(probe, 'echo', pairs.Alice, pair)).toJSON(), pair);
    const [caller, self] = await value(probe, 'who', pairs.Bob);
    assert.deepEqual([u8aToHex(caller.toU8a()), u8aToHex(self.toU8a())], [u8aToHex(pairs.Bob.publicKey), up.contracts.probe.id]);
    for (const message of ['trap', 'loop', 'hoard']) {
      const trapped = await ask(probe, message, pairs.Alice);
      assert.ok(trapped.result.isErr, message);
      assert.equal(trapped.result.asErr.asModule.index.toNumber(), 4);
      assert.equal(trapped.output, null);
    }
    assert.deepEqual(answer(await ask(probe, 'refuse', pairs.Alice)), { refused: 'Refused' });
  });

  test('12: without a signature nobody asks a contract', async () => {
    const query = new Query(network.workers[0], up.contracts.probe.id);
    const payload = probe.abi.findMessage('get').toU8a([]);
    const response = await query.ask({ InkMessage: { payload, deposit: 0, transfer: 0, estimating: false } });
    assert.ok(response.result.isErr && response.result.asErr.isBadOrigin, response.toString());
    assert.equal(response.nonce.toHex(), query.nonce);
  });

  test('13: certificates of every kind of wallet, and whom the contract sees', async () => {
    const { id } = up.contracts.probe;
    const seen = async (cert) => {
      const [caller, self] = answer(await probe.query.who(cert.address, { cert })).value;
      assert.equal(u8aToHex(self.toU8a()), id);
      return u8aToHex(caller.toU8a());
    };
    for (const type of ['sr25519', 'ed25519', 'ecdsa']) {
      const pair = new Keyring({ type, ss58Format: 30 }).addFromUri(`//Thirteen//${type}`);
      const account = pair.publicKey.length === 32 ? pair.publicKey : blake2AsU8a(pair.publicKey);
      assert.equal(await seen(await signCertificate({ pair })), u8aToHex(account), type);
    }
    // an extension's signer, which wraps what it signs
    const signer = { signRaw: async ({ data }) => ({ id: 1, signature: u8aToHex(pairs.Dave.sign(u8aConcat('<Bytes>', hexToU8a(data), '</Bytes>'))) }) };
    assert.equal(await seen(await signCertificate({ signer, account: { address: pairs.Dave.address, type: 'sr25519' } })), u8aToHex(pairs.Dave.publicKey));
    // an Ethereum wallet
    const account = privateKeyToAccount(`0x${'46'.repeat(32)}`);
    const client = createWalletClient({ account, transport: custom({ request: () => { throw new Error('the key is here'); } }) });
    const whole = hexToU8a(account.publicKey);
    const compactPubkey = u8aToHex(u8aConcat([2 + (whole[64] & 1)], whole.slice(1, 33)));
    const cert = await unstable_signEip712Certificate({ client, account, compactPubkey });
    assert.equal(await seen(cert), u8aToHex(u8aConcat(keccakAsU8a(whole.slice(1)).slice(12), stringToU8a('@evm_address'))));
  });

  test('14: a certificate ends with its time', async () => {
    const askUntil = async (ttl) => {
      const cert = await signCertificate({ pair: pairs.Alice, ttl });
      return probe.query.get(cert.address, { cert });
    };
    const { blocknum } = await workerInfo(network.workers[0]); // the next block
    await assert.rejects(askUntil(blocknum - 2), /PrpcError.*CertificateExpired/);
    // equal to the worker's block is good enough; blocks go on, so the right one is hit by trying
    await until('a query in the last block of its certificate', async () => {
      const before = (await workerInfo(network.workers[0])).blocknum;
      const tried = await askUntil(before - 1).catch((error) => error);
      const after = (await workerInfo(network.workers[0])).blocknum;
      return before === after && answer(tried).value;
    });
  });

  test('15: refuses whatever was changed on the way', async () => {
    const request = await captureQuery(registry, up.contracts.probe.built, up.contracts.probe.id, pairs.Alice, 'get', []);
    const { url } = network.workers[0];
    const good = await post(url, 'ContractQuery', encodeQuery(request));
    assert.equal(good.status, 200, 'the untouched request is answered');
    const flip = (bytes, at) => {
      const copy = Uint8Array.from(bytes);
      copy[at < 0 ? copy.length + at : at] ^= 1;
      return copy;
    };
    const leaf = request.signature.signedBy;
    const changes = {
      ciphertext: { ...request, encodedEncryptedData: flip(request.encodedEncryptedData, -1) },
      'ephemeral key': { ...request, encodedEncryptedData: flip(request.encodedEncryptedData, 20) },
      signature: { ...request, signature: { ...request.signature, signature: flip(request.signature.signature, 5) } },
      'leaf certificate': { ...request, signature: { ...request.signature, signedBy: { ...leaf, encodedBody: flip(leaf.encodedBody, 3) } } },
      "certificate's time": { ...request, signature: { ...request.signature, signedBy: { ...leaf, encodedBody: flip(leaf.encodedBody, 33) } } },
      'root certificate': { ...request, signature: { ...request.signature, signedBy: { ...leaf, signature: { ...leaf.signature,
        signedBy: { ...leaf.signature.signedBy, encodedBody: flip(leaf.signature.signedBy.encodedBody, 3) } } } } },
    };
    await unchanged('a changed request', async () => {
      for (const [what, changed] of Object.entries(changes)) {
        const { status, body } = await post(url, 'ContractQuery', encodeQuery(changed));
        assert.equal(status, 500, what);
        assert.ok(errorOf(body).length > 3, what);
      }
      // signed again over the changed ciphertext, only the AEAD can tell: another worker's key does the same
      const { status } = await post(network.workers[1].url, 'ContractQuery', encodeQuery(request));
      assert.equal(status, 500, 'for another worker');
    });
  });

  test('16: an estimate with a large deposit succeeds and changes nothing', async () => {
    const had = await counter();
    await unchanged('an estimate', async () => {
      const cert = await signCertificate({ pair: pairs.Charlie });
      const estimate = await probe.query.increment(cert.address, { cert, deposit: 10n ** 21n }, 5);
      assert.ok(estimate.result.isOk, estimate.result.toString());
      assert.ok(estimate.gasRequired.refTime.toBigInt() > 0n);
    });
    assert.equal(await counter(), had);
  });

  test('17: an encrypted command is executed, and its output carries its nonce', async () => {
    const had = await counter();
    const nonce = randomAsHex(32);
    const tx = probe.tx.increment({ gasLimit: GAS, nonce }, 5);
    assert.match(tx.method.args[1].toHex(), /^0x01/, 'encrypted');
    const { result } = await send(api, tx, pairs.Alice);
    await result.waitFinalized();
    assert.equal(await counter(), had + 5);
    const { records } = await registry.loggerContract.tail(10, { contract: up.contracts.probe.id, type: 'MessageOutput', nonce });
    assert.equal(records.length, 1);
    assert.equal(records[0].nonce, nonce);
    assert.deepEqual([records[0].origin, records[0].contract], [u8aToHex(pairs.Alice.publicKey), up.contracts.probe.id]);
    assert.deepEqual(records[0].output.result.ok.flags, []);
  });

  test('18: a plain command does the same, in the open', async () => {
    const had = await counter();
    const tx = probe.tx.increment({ gasLimit: GAS, plain: true }, 7);
    assert.match(tx.method.args[1].toHex(), /^0x00/);
    const { result } = await send(api, tx, pairs.Bob);
    await result.waitFinalized();
    assert.equal(await counter(), had + 7);
  });

  test('19: send estimates and prepays by itself', async () => {
    const had = await counter();
    const result = await probe.send.increment({ pair: pairs.Ferdie }, 1);
    await result.waitFinalized(async () => await counter() === had + 1);
    // who has nothing in the cluster gets it from the chain along with the call; who has nothing there either cannot send
    const { tx } = api;
    const fresh = (name) => new Keyring({ type: 'sr25519', ss58Format: 30 }).addFromUri(`//${name}//${randomAsHex(8)}`);
    const rich = fresh('Rich');
    await send(api, tx.balances.transferKeepAlive(rich.address, 20n * PHA), pairs.Alice);
    assert.equal((await registry.getClusterBalance(rich.address)).free.toString(), '0');
    const paid = await probe.send.increment({ pair: rich }, 1);
    await paid.waitFinalized(async () => await counter() === had + 2);
    assert.ok((await registry.getClusterBalance(rich.address)).total.toBigInt() > 0n, 'what was moved there and not used');
    await assert.rejects(probe.send.increment({ pair: fresh('Poor') }, 1), /balance/i);
    assert.equal(await counter(), had + 2);
  });

  test('20: waiting for a command that fails tells why, and nothing is changed', async () => {
    const had = await counter();
    const { result } = await send(api, probe.tx.changeAndRefuse({ gasLimit: GAS }), pairs.Alice);
    await assert.rejects(result.waitFinalized(), { message: JSON.stringify({ Ok: { Err: 'Refused' } }) });
    const trapped = await send(api, probe.tx.changeAndTrap({ gasLimit: GAS }), pairs.Alice);
    await assert.rejects(trapped.result.waitFinalized(), /^Error: contract call failed: .*ContractTrapped/);
    assert.equal(await counter(), had);
  });

  test('21: a deposit for a contract that is not there is refused', async () => {
    const free = async () => (await api.query.system.account(pairs.Eve.address)).data.free.toBigInt();
    const had = await free();
    const tx = api.tx.phalaPhatContracts.pushContractMessage(`0x${'21'.repeat(32)}`, '0x00', PHA);
    assert.equal((await send(api, tx, pairs.Eve, { failing: true })).error, 'phalaPhatContracts.ContractNotFound');
    assert.ok(had - await free() < PHA / 10n, 'nothing but the fee is gone');
  });

  test('22: the logger answers tail, head, getInfo and filters', async () => {
    await command(registry, probe, 'note', pairs.Dave, ['for the logger']);
    const { id } = up.contracts.probe;
    const logger = registry.loggerContract;
    const tail = await logger.tail(10, { contract: id });
    assert.ok(tail.records.length > 0 && tail.records.length <= 10);
    for (const record of tail.records) {
      assert.equal(record.contract, id);
      assert.ok(Number.isInteger(record.sequence) && Number.isInteger(record.blockNumber));
    }
    const sequences = tail.records.map((record) => record.sequence);
    assert.deepEqual(sequences, [...sequences].sort((a, b) => a - b));
    const events = (await logger.tail(10, { contract: id, type: 'Event' })).records;
    assert.match(events.at(-1).payload, /^0x/);
    assert.ok(events.at(-1).topics.length >= 1);
    assert.ok(events.at(-1).payload.includes(u8aToHex(pairs.Dave.publicKey).slice(2)), 'Noted.by');
    const elsewhere = await logger.tail(10, { contract: `0x${'99'.repeat(32)}` });
    assert.deepEqual(elsewhere.records, []);
    await value(probe, 'log', pairs.Dave, 'a line');
    const wanted = { // besides sequence and type
      Log: ['blockNumber', 'contract', 'entry', 'execMode', 'level', 'message', 'timestamp'],
      Event: ['blockNumber', 'contract', 'payload', 'topics'],
      MessageOutput: ['blockNumber', 'contract', 'nonce', 'origin', 'output'],
      QueryIn: ['user'],
    };
    const shapes = await until('a record of each kind', async () => {
      const { records } = await logger.getLogRaw({ from: 0, count: 0 });
      const found = Object.fromEntries(records.map(({ sequence, type, ...rest }) => [type, Object.keys(rest).sort()]));
      return Object.keys(wanted).every((type) => found[type]) && found;
    });
    for (const [type, keys] of Object.entries(wanted)) assert.deepEqual(shapes[type], keys, type);
    const head = await logger.head(3, 0);
    assert.equal(head.records.length, 3);
    assert.equal(head.next, head.records.at(-1).sequence + 1);
    const info = await logger.getInfo();
    assert.deepEqual(Object.keys(info).sort(), ['currentNumberOfRecords', 'estimatedCurrentSize', 'memoryCapacity', 'memoryUsage', 'nextSequence', 'programVersion']);
    assert.equal(info.programVersion.length, 3);
    assert.ok(info.nextSequence > sequences.at(-1) && info.memoryCapacity > 0 && info.currentNumberOfRecords > 0);
    for (const record of (await logger.tailSystemLog(5)).records) assert.equal(record.contract, up.systemContract);
    // the SDK throws the error that such an answer holds
    assert.match((await new Query(network.workers[0], up.logger).sidevm({ action: 'Sing' })).error, /Invalid input/);
  });

  test('23: the hash of a contract\'s code', async () => {
    for (const name of ['probe', 'token_a', 'swap'])
      assert.equal(await unsafeGetContractCodeHash(registry, up.contracts[name].id), up.contracts[name].built.codeHash);
    assert.equal(await unsafeGetContractCodeHash(registry, `0x${'23'.repeat(32)}`), null);
  });

  test('26: logs are read without a chain', async () => {
    await command(registry, probe, 'note', pairs.Dave, ['for the logger alone']);
    const logger = await getLogger({ contractId: up.logger, pruntimeURL: network.workers[0].url });
    const { records } = await logger.tail(10, { contract: up.contracts.probe.id });
    assert.ok(records.some(({ type }) => type === 'Event'));
  });

  test('28: a batch is executed in the order of its calls', async () => {
    const had = await counter();
    const fresh = new Keyring({ type: 'sr25519', ss58Format: 30 }).addFromUri(`//Batch//${randomAsHex(8)}`);
    const options = { gasLimit: GAS };
    const batch = api.tx.utility.batchAll([
      probe.tx.note(options, 'first'), registry.transferToCluster(fresh.address, PHA), probe.tx.note(options, 'second'),
      probe.tx.put(options, 'order', '0x01'), probe.tx.put(options, 'order', '0x02'),
    ]);
    await send(api, batch, pairs.Alice);
    await until('both notes', async () => await counter() === had + 2, { timeout: 20_000 });
    assert.equal((await value(probe, 'last', pairs.Alice)).toString(), 'second');
    assert.equal((await value(probe, 'find', pairs.Alice, 'order')).unwrap().toHex(), '0x02');
    assert.equal((await registry.getClusterBalance(fresh.address)).free.toString(), PHA.toString());
  });

  test('a balance is for its owner alone', async () => {
    const seen = await secretPayment(up, 321n);
    assert.equal(seen.stranger, 'NotYours');
    assert.deepEqual(await balanceOf(tokenA, pairs.Charlie, pairs.Alice), { refused: 'NotYours' });
    const all = await value(tokenA, 'supply', pairs.Charlie);
    assert.equal(all.toBigInt(), 1_000_000n * PHA);
  });

  test('a swap moves both legs or none, unless its caller asked for less', async () => {
    const { Alice, Eve } = pairs;
    const swapId = up.contracts.swap.id;
    const held = async () => {
      const of = async (token, who) => (await balanceOf(token, who, who)).value;
      return [await of(tokenA, Alice), await of(tokenA, Eve), await of(tokenB, Alice), await of(tokenB, Eve)];
    };
    const moved = (before, change) => before.map((amount, index) => amount + change[index]);
    await command(registry, tokenB, 'transfer', Alice, [Eve.address, 1000n]);
    await command(registry, tokenA, 'approve', Alice, [swapId, 300n]);
    await command(registry, tokenB, 'approve', Eve, [swapId, 50n]);

    let before = await held();
    await command(registry, swap, 'swap', Alice, [Eve.address, 100n, 50n]);
    assert.deepEqual(await held(), moved(before, [-100n, 100n, 50n, -50n]));

    before = await held(); // Eve has approved no more
    await command(registry, swap, 'swap', Alice, [Eve.address, 100n, 50n]);
    assert.deepEqual(await held(), before);
    await command(registry, swap, 'trySwap', Alice, [Eve.address, 100n, 50n]);
    assert.deepEqual(await held(), moved(before, [-100n, 100n, 0n, 0n]));
  });

  test('24: bad requests get an error and do no harm', async () => {
    const { url } = network.workers[0];
    assert.equal((await post(url, 'NoSuchMethod')).status, 404);
    const malformed = await post(url, 'ContractQuery', Uint8Array.from([0xff, 0xff, 0xff, 0xff]));
    assert.equal(malformed.status, 400);
    assert.ok(errorOf(malformed.body).length > 3);
    assert.equal((await post(url, 'ContractQuery', new Uint8Array(600 * 1024))).status, 413);
    await counter();
  });

  test('4: a worker whose key is not the one on the chain is not trusted', async () => {
    const { worker, cluster: theirs } = await secondCluster();
    assert.equal((await OnChainRegistry.create(api, { clusterId: theirs })).remotePubkey, worker.pubkey);
    // somebody else answers in its place
    const info = await infoWith(worker, { ecdhPublicKey: '44'.repeat(32) });
    await worker.program.stop();
    const liar = createServer((_, response) => response.end(info));
    await new Promise((done) => liar.listen(worker.port, '127.0.0.1', done));
    try {
      await assert.rejects(OnChainRegistry.create(api, { clusterId: theirs }), /No worker available/);
    } finally {
      liar.closeAllConnections();
      liar.close();
    }
  });
});
