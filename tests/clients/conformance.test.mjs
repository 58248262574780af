// Rows of spec contract-engine §10.2 and §10.4 on a network of our own: against contracts of ours with the same messages;
// then against a folder of .contract files as the reference publishes them, which is the one that PHALA_CONTRACT_DIR
// names, or else one that is made of ours here.
import './lib/quiet.mjs';
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { PinkBlueprintPromise, PinkContractPromise, signCertificate } from '@phala/sdk';
import { Keyring } from '@polkadot/api';
import { hexToU8a, u8aToHex } from '@polkadot/util';
import { keccakAsHex, randomAsHex } from '@polkadot/util-crypto';
import { GAS, PHA, addCluster, contractId, deploy, instantiation, loadContract, startWorker } from './lib/bootstrap.mjs';
import { send } from './lib/chain.mjs';
import { answer, command } from './lib/demo.mjs';
import { paths, until } from './lib/network.mjs';
import { loadPublished, publishedNames, readPublished, writePublished } from './lib/published.mjs';
import { standingNetwork } from './lib/standing.mjs';

const given = process.env.PHALA_CONTRACT_DIR;
const made = given ? undefined : writePublished(mkdtempSync(join(tmpdir(), 'phala-published-')));
after(() => made && rmSync(made, { recursive: true }));
const published = given ?? made;

describe('a folder of published contracts', () => {
  for (const name of publishedNames) test(`${name}.contract is whole`, () => {
    assert.match(readPublished(published, name).codeHash, /^0x[0-9a-f]{64}$/);
  });

  test('what is wrong with one is said, with its name', () => {
    const folder = mkdtempSync(join(tmpdir(), 'phala-published-'));
    try {
      const whole = JSON.parse(readFileSync(join(published, 'check_system.contract'), 'utf8'));
      const put = (text) => writeFileSync(join(folder, 'check_system.contract'), text);
      const refused = (pattern) => assert.throws(() => readPublished(folder, 'check_system'), (error) => {
        assert.match(error.message, /check_system\.contract: /);
        assert.match(error.message, pattern);
        return true;
      });
      refused(/no such file; the folder must hold system\.contract, flip\.contract, check_system\.contract/);
      put(JSON.stringify(whole).slice(0, 5000));
      refused(/no JSON .*damaged/);
      put(JSON.stringify({ ...whole, source: { ...whole.source, wasm: undefined } }));
      refused(/source\.wasm is no hex.*metadata without code/);
      put(JSON.stringify({ ...whole, source: { ...whole.source, wasm: '0x7f454c46' } }));
      refused(/no WebAssembly module/);
      const { wasm } = whole.source;
      put(JSON.stringify({ ...whole, source: { ...whole.source, wasm: `${wasm.slice(0, -2)}${wasm.endsWith('00') ? '01' : '00'}` } }));
      refused(/hashes to 0x[0-9a-f]{64}, but source\.hash says 0x[0-9a-f]{64}: the file is damaged/);
      put(JSON.stringify({ ...whole, version: '9' }));
      refused(/metadata of version 9/);
      put(JSON.stringify({ ...whole, spec: { ...whole.spec, messages: whole.spec.messages.filter(({ label }) => label !== 'set_flag') } }));
      refused(/set_flag must have the selector 0xe777292d, but is not there/);
      put(JSON.stringify(whole));
      assert.equal(readPublished(folder, 'check_system').codeHash, whole.source.hash);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  // metadata of the oldest generation, whose names are lists
  test('generations of metadata', () => {
    const folder = mkdtempSync(join(tmpdir(), 'phala-published-'));
    try {
      const { source, selectors } = { ...readPublished(published, 'flip'), source: JSON.parse(readFileSync(join(published, 'flip.contract'), 'utf8')).source };
      const entry = (label) => ({ name: [label], selector: selectors[label], args: [] });
      const old = { metadataVersion: '0.1.0', source, spec: { constructors: [entry('new')], messages: [entry('flip'), entry('get')] } };
      writeFileSync(join(folder, 'flip.contract'), JSON.stringify(old));
      assert.deepEqual(readPublished(folder, 'flip').selectors, { new: '0x9bae9d5e', flip: '0x633aa551', get: '0x2f865bd9' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

for (const whose of ['ours', 'published']) describe(`conformance of ${whose}${whose === 'published' && given ? ` in ${given}` : ''}`, () => {
  const isOurs = whose === 'ours';
  const read = (name) => (isOurs ? undefined : readPublished(published, name));
  const labels = isOurs ? undefined : new Set(Object.keys(read('check_system').selectors));
  /** A row that needs these messages: builds of the reference's contract differ in what they have. */
  const row = (name, needs, run) => {
    const missing = labels === undefined ? [] : needs.filter((label) => !labels.has(label));
    test(name, { skip: missing.length > 0 && `this check_system.contract has no ${missing.join(', ')}` }, run);
  };
  let network, up, api, registry, pairs, built, checker;

  standingNetwork({ systemCode: read('system')?.code, prepare: async (standing) => {
    ({ network, up } = standing);
    ({ api, registry, pairs } = up);
    built = isOurs ? loadContract('check_system', api) : loadPublished(published, 'check_system', api);
    checker = (await deploy(up, pairs.Alice, { checker: [built, 'default', []] })).checker;
  } });

  const query = async (message, ...args) => {
    const cert = await signCertificate({ pair: pairs.Alice });
    return checker.query[message](cert.address, { cert, estimating: false }, ...args);
  };
  const value = async (message, ...args) => answer(await query(message, ...args)).value;
  /** What a command gave: the same as in a transaction, told by the logger. */
  const inTransaction = async (message, ...args) => {
    const nonce = randomAsHex(32);
    const { tx } = api;
    // messages that only read are commands too; the SDK just does not offer them
    const payload = checker.abi.findMessage(message).toU8a(args);
    const ink = api.createType('InkCommand', { InkMessage: { nonce, message: api.createType('Bytes', payload).toHex(), transfer: 0, gasLimit: GAS, storageDepositLimit: null } });
    const sent = await send(api, tx.phalaPhatContracts.pushContractMessage(checker.address, api.createType('CommandPayload', { Plain: ink }).toHex(), 0), pairs.Alice);
    const block = (await api.rpc.chain.getHeader(sent.blockHash)).number.toNumber();
    await until('the command', async () => (await registry.phactory.getInfo({})).blocknum > block, { every: 100 });
    const { records } = await registry.loggerContract.getLogRaw({ contract: checker.address.toHex(), from: -100, count: 0 });
    const output = hexToU8a(records.find((record) => record.nonce === nonce).output).slice(0, -4);
    const { result } = api.createType('ContractExecResult', output);
    if (result.isErr) return { failed: result.asErr.toJSON() };
    const { returnType } = checker.abi.findMessage(message);
    return { value: checker.abi.registry.createTypeUnsafe(returnType.lookupName || returnType.type, [result.asOk.data.toU8a(true)]).asOk };
  };
  const codeExists = async (hash) => {
    const cert = await signCertificate({ pair: pairs.Alice });
    return answer(await registry.systemContract.query['system::codeExists'](cert.address, { cert }, hash, 'Ink')).value.isTrue;
  };
  const moduleError = (result) => [result.asErr.asModule.index.toNumber(), result.asErr.asModule.error[0]];

  test('10.4: a flag is set and read', async () => {
    await command(registry, checker, 'setFlag', pairs.Alice, ['a flag']);
    assert.equal((await value('flag')).toString(), 'a flag');
  });

  test('10.4: the same contract is not made twice', async () => {
    const tx = api.tx.phalaPhatContracts.instantiateContract({ WasmCode: built.codeHash }, built.abi.findConstructor('default').toU8a([]),
      u8aToHex(Buffer.from('checker')), up.cluster, 0, GAS, null, 0);
    assert.equal((await send(api, tx, pairs.Alice, { failing: true })).error, 'phalaPhatContracts.DuplicatedContract');
    assert.equal(contractId(pairs.Alice, built.codeHash, up.cluster, 'checker'), checker.address.toHex());
  });

  test('10.2 test_ink_flip', { skip: isOurs && 'contracts.test.mjs' }, async () => {
    const flip = readPublished(published, 'flip');
    const { tx } = api;
    const id = contractId(pairs.Alice, flip.codeHash, up.cluster, 'flip');
    await send(api, tx.phalaPhatContracts.clusterUploadResource(up.cluster, 'InkCode', flip.code), pairs.Alice);
    await send(api, tx.phalaPhatContracts.instantiateContract({ WasmCode: flip.codeHash }, `${flip.selectors.new}01`, u8aToHex(Buffer.from('flip')), up.cluster, 0, GAS, null, 0), pairs.Alice);
    await until('its key', async () => (await api.query.phalaRegistry.contractKeys(id)).isSome);
    // by selector, and with answers as bytes: contracts of ink! 3 answer without what later ones put around a value
    const json = JSON.parse(readFileSync(paths.contract('flipper'), 'utf8'));
    for (const message of json.spec.messages) message.returnType = null;
    const contract = new PinkContractPromise(api, registry, json, id, await registry.getContractKeyOrFail(id));
    const isOn = async () => {
      const cert = await signCertificate({ pair: pairs.Alice });
      const { result } = await contract.query.get(cert.address, { cert });
      return result.asOk.data.toU8a(true).at(-1) === 1;
    };
    assert.equal(await isOn(), true);
    const cert = await signCertificate({ pair: pairs.Alice });
    assert.ok((await contract.query.flip(cert.address, { cert })).result.isOk);
    assert.equal(await isOn(), true, 'an estimate changes nothing');
    await command(registry, contract, 'flip', pairs.Alice, []);
    assert.equal(await isOn(), false);
  });

  test('10.2 test_get_balance', async () => {
    const fresh = new Keyring({ type: 'sr25519', ss58Format: 30 }).addFromUri(`//Balance//${randomAsHex(8)}`);
    await send(api, registry.transferToCluster(fresh.address, 114514n), pairs.Alice);
    await until('the deposit', async () => (await value('directBalanceOf', fresh.address))[0].toBigInt() === 114514n);
    assert.equal((await value('totalBalanceOf', fresh.address)).toBigInt(), 114514n);
    assert.equal((await inTransaction('totalBalanceOf', fresh.address)).value.toBigInt(), 114514n);
  });

  row('10.2 test_signing2', ['sr25519_derive_key', 'sr25519_get_public_key', 'sr25519_sign', 'sr25519_verify'], async () => {
    const key = (await value('sr25519DeriveKey', '0x73616c74')).toHex();
    assert.equal((await inTransaction('sr25519DeriveKey', '0x73616c74')).value.toHex(), key);
    const pubkey = (await value('sr25519GetPublicKey', key)).toHex();
    assert.equal((await inTransaction('sr25519GetPublicKey', key)).value.toHex(), pubkey);
    const signature = (await value('sr25519Sign', '0x6d7367', key)).toHex();
    assert.equal((signature.length - 2) / 2, 64);
    assert.equal((await inTransaction('sr25519Sign', '0x6d7367', key)).value.toHex(), '0x');
    assert.ok((await value('sr25519Verify', '0x6d7367', pubkey, signature)).isTrue);
    assert.ok((await inTransaction('sr25519Verify', '0x6d7367', pubkey, signature)).value.isTrue);
  });

  row('10.2 test_ecdsa_signing', ['ecdsa_sign_prehashed', 'ecdsa_verify_prehashed'], async () => {
    const pair = new Keyring({ type: 'ecdsa' }).addFromUri('//Alice');
    const secret = '0xcb6df9de1efca7a3998a8ead4e02159d5fa99c3e0d4fd6432667390bb4726854'; // of //Alice
    const hash = keccakAsHex('a message');
    const signature = (await value('ecdsaSignPrehashed', secret, hash)).toHex();
    assert.equal((await inTransaction('ecdsaSignPrehashed', secret, hash)).value.toHex(), signature);
    assert.ok((await value('ecdsaVerifyPrehashed', signature, hash, u8aToHex(pair.publicKey))).isTrue);
    assert.ok((await inTransaction('ecdsaVerifyPrehashed', signature, hash, u8aToHex(pair.publicKey))).value.isTrue);
  });

  row('10.2 test_getrandom, test_is_in_transaction, test_timestamp, test_worker_pubkey', ['getrandom', 'is_in_transaction', 'timestamp', 'worker_pubkey'], async () => {
    const random = (await value('getrandom', 32)).toHex();
    assert.match(random, /^0x(?!0{64})[0-9a-f]{64}$/);
    assert.equal((await inTransaction('getrandom', 32)).value.toHex(), '0x');
    assert.ok((await value('isInTransaction')).isFalse);
    assert.ok((await inTransaction('isInTransaction')).value.isTrue);
    assert.ok((await value('timestamp')).toNumber() > 1_600_000_000_000);
    assert.equal((await inTransaction('timestamp')).value.toNumber(), 0);
    assert.equal((await value('workerPubkey')).toHex(), network.workers[0].pubkey);
    assert.match((await inTransaction('workerPubkey')).value.toHex(), /^0x0{64}$/);
  });

  row('10.2 test_code_exists, test_event_chain_head', ['code_exists', 'event_chain_head'], async () => {
    for (const sidevm of [false, true]) assert.ok((await value('codeExists', `0x${'00'.repeat(32)}`, sidevm)).isFalse);
    assert.ok((await value('codeExists', built.codeHash, false)).isTrue);
    assert.ok((await value('eventChainHead'))[0].toNumber() > 0);
    assert.ok((await inTransaction('eventChainHead')).value[0].toNumber() > 0);
  });

  test('10.2 test_upgrade_runtime: versions', async () => {
    assert.equal((await value('runtimeVersion'))[0].toNumber(), 1);
    assert.deepEqual((await value('systemContractVersion')).map((part) => part.toNumber()), [1, 2, 0]);
  });

  test('10.2 test_http_req, test_batch_http_req, test_pink_js_eval: not in a transaction', async () => {
    assert.equal((await inTransaction('httpGet', 'https://example.com')).value[0].toNumber(), 523);
    assert.equal((await inTransaction('batchHttpGet', ['https://example.com'], 1000)).value.asErr.toString(), 'NotAllowed');
    assert.match((await inTransaction('pinkEvalJs', '1', [])).value.toString(), /Js evaluation is not supported in transaction/);
  });

  test('10.2 test_set_cache_in_tx, 10.4: without stake there is no cache', async () => {
    assert.ok((await value('cacheSet', '0x01', '0x02')).isFalse);
    assert.ok((await inTransaction('cacheSet', '0x01', '0x02')).value.isTrue);
    assert.ok((await inTransaction('cacheGet', '0x01')).value.isNone);
    assert.ok((await value('cacheGet', '0x01')).isNone);
  });

  test('10.4: stake becomes weight, and weight room in the cache', async () => {
    const { tokenomic } = await deploy(up, pairs.Alice, { tokenomic: [loadContract('tokenomic', api), 'default', []] });
    const driver = tokenomic.address.toHex();
    await command(registry, registry.systemContract, 'system::grantAdmin', pairs.Alice, [driver]);
    await command(registry, registry.systemContract, 'system::setDriver', pairs.Alice, ['ContractDeposit', driver]);
    const cents = 10_000_000_000n;
    await send(api, api.tx.phalaPhatTokenomic.adjustStake(checker.address, 10n * cents), pairs.Bob);
    await until('the weight', async () => {
      const { contracts } = await registry.phactory.getContractInfo({ contracts: [checker.address.toHex()] });
      return contracts[0].weight === 10;
    }, { timeout: 20_000 });
    await until('room in the cache', async () => (await value('cacheSet', '0x01', '0xbeef')).isTrue, { timeout: 20_000 });
    assert.equal((await value('cacheGet', '0x01')).unwrap().toHex(), '0xbeef');
    await query('cacheSetExpiration', '0x01', 0);
    assert.ok((await value('cacheGet', '0x01')).isNone);
    await value('cacheSet', '0x01', '0xbeef');
    assert.equal((await value('cacheRemove', '0x01')).unwrap().toHex(), '0xbeef');
    assert.ok((await value('cacheGet', '0x01')).isNone);
  });

  row('10.2 test_for_errors', ['call_chain_ext'], async () => {
    for (const [id, error] of [[0xffff, 1], [0x01_0001, 0]]) {
      assert.deepEqual(moduleError((await query('callChainExt', id)).result), [5, error]);
      assert.deepEqual((await inTransaction('callChainExt', id)).failed.module, { index: 5, error: `0x0${error}000000` });
    }
  });

  row('10.2 test_init_failure', ['init_fail', 'init_panic'], async () => {
    const blueprint = new PinkBlueprintPromise(api, registry, built.json, built.codeHash);
    const cert = await signCertificate({ pair: pairs.Bob });
    const failed = await blueprint.query.initFail(cert.address, { cert, salt: 'fail' });
    assert.ok(failed.result.isOk && failed.result.asOk.result.flags.toString().includes('Revert'));
    await assert.rejects(blueprint.query.initPanic(cert.address, { cert, salt: 'panic' }), /Estimation failed/);
  });

  test('10.4: only its owner uploads to a cluster, and then the code is there', async () => {
    const code = loadContract('vault', api);
    const upload = (cluster, signer) => send(api, api.tx.phalaPhatContracts.clusterUploadResource(cluster, 'InkCode', code.code), signer, { failing: true });
    assert.equal(await codeExists(code.codeHash), false);
    assert.equal((await upload(up.cluster, pairs.Alice)).error, undefined);
    await until('the code', () => codeExists(code.codeHash));
    // the first cluster is open to all; one of Alice's own is not
    const worker = await startWorker(network, api, 2);
    const closed = await addCluster(api, pairs, [worker], { permission: { OnlyOwner: pairs.Alice.address } });
    assert.equal((await upload(closed.cluster, pairs.Bob)).error, 'phalaPhatContracts.ClusterPermissionDenied');
    assert.equal((await upload(closed.cluster, pairs.Alice)).error, undefined);
  });

  test('10.4: a contract is announced, gets its key and belongs to its cluster', async () => {
    const probe = loadContract('probe', api);
    const id = contractId(pairs.Alice, probe.codeHash, up.cluster, 'announced');
    const sent = await send(api, instantiation(api, up.cluster, probe, 'default', [], { salt: 'announced' }), pairs.Alice);
    assert.ok(sent.find('balances', 'Withdraw'));
    assert.equal(sent.find('phalaPhatContracts', 'Instantiating').data[0].toHex(), id);
    await until('its key', async () => (await api.query.phalaRegistry.contractKeys(id)).isSome);
    const contracts = (await api.query.phalaPhatContracts.clusterContracts(up.cluster)).map((one) => one.toHex());
    assert.ok(contracts.includes(id));
  });

  test('10.4: JavaScript and programs beside contracts answer that there are none', { skip: !isOurs && given !== undefined && 'the answers of our contract; the reference\'s traps where it has none' }, async () => {
    assert.match((await value('pinkEvalJs', '1', [])).toString(), /No js runtime/);
    assert.match((await value('evalJs', `0x${'11'.repeat(32)}`, 'scriptArgs[0]', ['x'])).toString(), /CodeNotFound/);
    assert.ok((await value('startSidevm')).isFalse);
    assert.equal(answer(await query('calcPaidSidevmPrice', 10, 1)).refused, 'DriverNotFound');
    const [before] = await value('directBalanceOf', pairs.Alice.address);
    assert.equal(answer(await query('deployPaidSidevm', [], 10, 1, 5n)).refused, 'DriverNotFound');
    assert.equal((await value('directBalanceOf', pairs.Alice.address))[0].toString(), before.toString());
  });

  test('10.4: code with floats is delegated to in queries', async () => {
    const floats = loadContract('usd', api);
    await send(api, api.tx.phalaPhatContracts.clusterUploadResource(up.cluster, 'IndeterministicInkCode', floats.code), pairs.Alice);
    await until('the code', () => codeExists(floats.codeHash));
    assert.equal((await value('parseUsd', floats.codeHash, '{"usd":1.23}')).unwrap().toNumber(), 123);
  });

  test('10.2 test_http_req in a query: not allowed until workers go online', async () => {
    assert.equal((await value('httpGet', 'https://example.com'))[0].toNumber(), 524);
  });

  test('10.2 can_emit_ink_events', async () => {
    await command(registry, registry.systemContract, 'system::setDriver', pairs.Alice, ['Hello', `0x${'00'.repeat(32)}`]);
    const { records } = await registry.loggerContract.tail(20, { contract: up.systemContract, type: 'Event' });
    assert.ok(records.length >= 1);
  });

  row('10.2 test_cov_log', ['log'], async () => {
    assert.ok((await query('log', 'Hello, World!')).result.isOk);
  });

  test('10.4: a hook runs for an administrator, and for nobody else', async () => {
    const called = async () => (await value('onBlockEndCalled')).isTrue;
    await send(api, registry.transferToCluster(checker.address.toHex(), 1000n * PHA), pairs.Alice);
    await command(registry, checker, 'setHook', pairs.Alice, [1_000_000_000_000n]);
    for (const flag of ['one', 'two']) await command(registry, checker, 'setFlag', pairs.Alice, [flag]);
    assert.equal(await called(), false);
    await command(registry, registry.systemContract, 'system::grantAdmin', pairs.Alice, [checker.address.toHex()]);
    await command(registry, checker, 'setHook', pairs.Alice, [1_000_000_000_000n]);
    await until('the hook', called, { timeout: 20_000 });
  });
});
