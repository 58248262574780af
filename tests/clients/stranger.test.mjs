// What somebody without keys can learn: docs/what-a-stranger-learns.md, each statement there a test here.
import './lib/quiet.mjs';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { PinkBlueprintPromise, getLogger, signCertificate } from '@phala/sdk';
import { Keyring } from '@polkadot/api';
import { hexToU8a, stringToHex, u8aToHex } from '@polkadot/util';
import { randomAsHex } from '@polkadot/util-crypto';
import { GAS, PHA, captureQuery, contractId, instantiation, loadContract, openContract } from './lib/bootstrap.mjs';
import { send } from './lib/chain.mjs';
import { answer, balanceOf, command } from './lib/demo.mjs';
import { root, until } from './lib/network.mjs';
import { standingNetwork } from './lib/standing.mjs';
import { clusterState, encodeQuery, post } from './lib/worker_api.mjs';

describe('a stranger', () => {
  let network, up, api, registry, pairs, probe, token, logger, mallory;

  standingNetwork({ prepare: async (standing) => {
    ({ network, up } = standing);
    ({ api, registry, pairs } = up);
    [probe, token] = await Promise.all(['probe', 'token_a'].map((name) => openContract(registry, up.contracts[name].built, up.contracts[name].id)));
    // all that a stranger has: a worker's address, and keys that nobody knows
    logger = await getLogger({ contractId: up.logger, pruntimeURL: network.workers[0].url });
    mallory = new Keyring({ type: 'sr25519', ss58Format: 30 }).addFromUri(`//Mallory//${randomAsHex(8)}`);
  } });

  /** The bytes that a transaction left on the chain. */
  const onChain = async ({ blockHash, hash }) => {
    const { block } = await api.rpc.chain.getBlock(blockHash);
    return block.extrinsics.find((extrinsic) => extrinsic.hash.toHex() === hash);
  };
  const payloadOf = (extrinsic) => extrinsic.method.args[1].toU8a(true);
  const ask = async (contract, message, reader, ...args) => {
    const cert = await signCertificate({ pair: reader });
    return contract.query[message](cert.address, { cert }, ...args);
  };
  const records = async (filter) => (await logger.getLogRaw({ from: 0, count: 0, ...filter })).records;

  test('every statement of the page is a test', () => {
    const page = readFileSync(join(root, 'docs/what-a-stranger-learns.md'), 'utf8');
    const here = readFileSync(join(root, 'tests/clients/stranger.test.mjs'), 'utf8');
    const statements = [...page.matchAll(/^\* \*\*([A-Z]\d)\*\*/gm)].map(([, number]) => number);
    assert.ok(statements.length >= 22);
    assert.deepEqual([...here.matchAll(/^ {2}test\('([A-Z]\d):/gm)].map(([, number]) => number), statements);
  });

  test('C1: who, to which contract, when', async () => {
    const sent = await command(registry, probe, 'note', pairs.Bob, ['a secret']);
    const extrinsic = await onChain(sent);
    assert.equal(u8aToHex(extrinsic.signer.toU8a().slice(-32)), u8aToHex(pairs.Bob.publicKey));
    assert.equal(extrinsic.method.args[0].toHex(), up.contracts.probe.id);
    assert.ok(sent.block > 0);
  });

  test('C2: how long the message is', async () => {
    const length = async (text, options = {}) => payloadOf(await onChain(await command(registry, probe, 'note', pairs.Bob, [text], options))).length;
    const [one, other, longer] = [await length('12345'), await length('54321'), await length('123456789')];
    assert.equal(one, other);
    assert.equal(longer, one + 4);
    assert.equal(one - await length('12345', { plain: true }), 62);
  });

  test('C3: nothing of the content', async () => {
    const secret = 'this must not be seen by anybody';
    const twice = [await command(registry, probe, 'note', pairs.Bob, [secret]), await command(registry, probe, 'note', pairs.Bob, [secret])];
    const [first, second] = await Promise.all(twice.map(async (sent) => u8aToHex(payloadOf(await onChain(sent)))));
    for (const payload of [first, second]) assert.ok(!payload.includes(stringToHex(secret).slice(2)));
    // after the variant's byte all 8-byte windows of one are absent from the other
    for (let at = 4; at + 16 <= first.length; at += 16) assert.ok(!second.includes(first.slice(at, at + 16)), `a part repeats at ${at}`);
  });

  test('C4: plain commands and constructors in full', async () => {
    const sent = await command(registry, probe, 'note', pairs.Bob, ['in the open'], { plain: true });
    assert.ok(u8aToHex(payloadOf(await onChain(sent))).includes(stringToHex('in the open').slice(2)));
    const made = await send(api, instantiation(api, up.cluster, up.contracts.token_a.built, 'create', [123_456_789n], { salt: 'seen' }), pairs.Bob);
    assert.ok((await onChain(made)).toHex().includes('15cd5b07'), 'the supply, little-endian');
  });

  test('C5: who moves how much into a cluster', async () => {
    const sent = await send(api, registry.transferToCluster(pairs.Eve.address, 3n * PHA), pairs.Dave);
    const { data } = sent.find('phalaPhatContracts', 'Transfered');
    assert.deepEqual([data.account.toHex(), data.amount.toBigInt()], [u8aToHex(pairs.Eve.publicKey), 3n * PHA]);
  });

  test('C6: workers of a cluster, their addresses, and its contracts', async () => {
    const [worker] = network.workers;
    assert.deepEqual((await api.query.phalaPhatContracts.clusterWorkers(up.cluster)).map((id) => id.toHex()), [worker.pubkey]);
    assert.ok(JSON.stringify((await api.query.phalaRegistry.endpoints(worker.pubkey)).toHuman()).includes(worker.url));
    const contracts = (await api.query.phalaPhatContracts.clusterContracts(up.cluster)).map((id) => id.toHex());
    assert.ok(contracts.includes(up.contracts.probe.id) && contracts.includes(up.logger));
  });

  test('L1: of each command, caller, contract, message, gas and success', async () => {
    const nonce = randomAsHex(32);
    await command(registry, probe, 'increment', pairs.Charlie, [7], { nonce });
    const seen = (await records({ contract: up.contracts.probe.id })).find((record) => record.nonce === nonce);
    assert.deepEqual([seen.type, seen.origin, seen.contract], ['MessageOutput', u8aToHex(pairs.Charlie.publicKey), up.contracts.probe.id]);
    assert.ok(seen.output.endsWith(probe.abi.findMessage('increment').selector.toHex().slice(2)), 'the selector');
    const result = api.createType('ContractExecResult', hexToU8a(seen.output).slice(0, -4));
    assert.ok(result.gasConsumed.refTime.toBigInt() > 0n && result.result.isOk);
  });

  test('L2: what a command returned, and its error', async () => {
    const nonce = randomAsHex(32);
    await command(registry, probe, 'changeAndRefuse', pairs.Charlie, [], { nonce });
    const seen = (await records({ contract: up.contracts.probe.id })).find((record) => record.nonce === nonce);
    const result = api.createType('ContractExecResult', hexToU8a(seen.output).slice(0, -4));
    assert.equal(result.result.asOk.data.toHex(), '0x000100', 'Ok(Err(Refused))');
  });

  test('L3: events in full', async () => {
    await command(registry, probe, 'note', pairs.Ferdie, ['quiet']);
    const event = (await records({ contract: up.contracts.probe.id })).filter(({ type }) => type === 'Event').at(-1);
    assert.ok(event.payload.includes(u8aToHex(pairs.Ferdie.publicKey).slice(2)));
    assert.equal(event.topics.length, 2);
  });

  test('L4: lines that contracts log, in queries too', async () => {
    await ask(probe, 'log', pairs.Ferdie, 'a line in a query');
    const line = await until('the line', async () => (await records({ contract: up.contracts.probe.id })).find(({ message }) => message === 'a line in a query'));
    assert.equal(line.execMode, 'query');
    assert.ok(line.blockNumber > 0 && line.timestamp > 0);
  });

  test('L5: that the same somebody asked', async () => {
    const askers = async (act) => {
      const { nextSequence } = await logger.getInfo();
      await act();
      return (await until('the asker', async () => {
        const seen = (await records({ from: nextSequence })).filter(({ type }) => type === 'QueryIn');
        return seen.length > 0 && seen;
      })).at(-1);
    };
    const first = await askers(() => ask(probe, 'get', pairs.Dave));
    const again = await askers(() => balanceOf(token, pairs.Dave, pairs.Dave));
    const other = await askers(() => ask(probe, 'get', pairs.Eve));
    assert.equal(first.user, again.user);
    assert.notEqual(first.user, other.user);
    assert.deepEqual(Object.keys(first).sort(), ['sequence', 'type', 'user'], 'and nothing else');
    assert.ok(!u8aToHex(pairs.Dave.publicKey).includes(first.user.slice(2)));
  });

  test('L6: nothing of what is asked and answered', async () => {
    const secret = `secret ${randomAsHex(8)}`;
    const { value } = answer(await ask(probe, 'echo', pairs.Dave, { number: 1, text: secret, flag: null }));
    assert.equal(value.text.toString(), secret);
    const all = JSON.stringify(await records({}));
    assert.ok(!all.includes(secret) && !all.includes(stringToHex(secret).slice(2)));
    assert.ok(!network.logs().includes(secret));
  });

  test('W1: what an account has in the cluster, and so what a command cost', async () => {
    const cert = await signCertificate({ pair: mallory });
    const seen = async (who) => (await registry.getClusterBalance(who.address, cert)).free.toBigInt();
    const had = await seen(pairs.Charlie);
    await command(registry, probe, 'increment', pairs.Charlie, [1]);
    assert.ok(had > 0n && await seen(pairs.Charlie) < had);
  });

  test('W2: codes, numbers and that the state changed', async () => {
    const { contracts } = await network.workers[0].client.getContractInfo({ contracts: [] });
    assert.equal(contracts.find(({ id }) => id === up.contracts.probe.id).codeHash, up.contracts.probe.built.codeHash);
    const { root: before } = await clusterState(network.workers[0]);
    await command(registry, probe, 'increment', pairs.Charlie, [1]);
    assert.notEqual((await clusterState(network.workers[0])).root, before);
  });

  test('W3: nothing that a contract stores and does not tell', async () => {
    assert.deepEqual(await balanceOf(token, mallory, pairs.Alice), { refused: 'NotYours' });
    for (const method of ['GetWorkerState', 'SaveClusterState', 'LoadChainState', 'TakeCheckpoint'])
      assert.notEqual((await post(network.workers[0].url, method)).status, 200, `${method} gives no state away`);
  });

  const statistics = async (request = {}) => {
    const response = await fetch(`${network.workers[0].url}/prpc/PhactoryAPI.Statistics?json`, { method: 'POST', body: JSON.stringify(request) });
    assert.equal(response.status, 200);
    return response.json();
  };

  test('W4: how many queries, and how long they took, of all contracts together', async () => {
    const before = (await statistics()).query.global;
    await ask(probe, 'get', pairs.Dave);
    await ask(probe, 'loop', pairs.Dave); // until its gas ends, which takes its time
    const after = (await statistics()).query.global;
    assert.equal(Number(after.total) - Number(before.total), 2);
    assert.ok(Number(after.time) > Number(before.time));
    const named = await statistics({ contracts: [up.contracts.probe.id], all: true });
    assert.deepEqual(Object.keys(named.query), ['global']);
    assert.ok(!JSON.stringify(named).includes(up.contracts.probe.id.slice(2)));
  });

  test('W5: where it stands, and no metrics', async () => {
    const [{ url, operatorUrl }] = network.workers;
    const info = await (await fetch(`${url}/info`)).json();
    for (const field of ['blocknum', 'chain_head', 'pending_messages', 'memory_usage']) assert.ok(field in info, field);
    assert.equal((await fetch(`${url}/metrics`)).status, 404);
    assert.equal((await fetch(`${operatorUrl}/metrics`)).status, 200);
  });

  test('Z1: how long a question and its answer are', async () => {
    const sizes = async (text) => {
      const request = await captureQuery(registry, up.contracts.probe.built, up.contracts.probe.id, pairs.Dave, 'echo', [{ number: 1, text, flag: null }]);
      const { status, body } = await post(network.workers[0].url, 'ContractQuery', encodeQuery(request));
      assert.equal(status, 200);
      return [request.encodedEncryptedData.length, body.length];
    };
    const [short, same, long] = [await sizes('one'), await sizes('two'), await sizes('three')];
    assert.deepEqual(short, same);
    assert.deepEqual(long.map((size, index) => size - short[index]), [2, 2]);
  });

  test('Z2: that one takes longer than another', async () => {
    const finished = [];
    const { built, id } = up.contracts.probe;
    const [slow, quick] = await Promise.all(['loop', 'get'].map((message) => captureQuery(registry, built, id, pairs.Dave, message, [])));
    const watch = (name, request) => post(network.workers[0].url, 'ContractQuery', encodeQuery(request)).then(() => finished.push(name));
    await Promise.all([watch('slow', slow), watch('quick', quick)]);
    assert.deepEqual(finished, ['quick', 'slow'], 'the quick one was asked later and is answered before');
  });

  test('E1: everybody tries every message, as themselves', async () => {
    const { root: before } = await clusterState(network.workers[0]);
    const cert = await signCertificate({ pair: mallory });
    const tried = await probe.query.increment(cert.address, { cert, deposit: 10n ** 21n }, 5);
    assert.ok(tried.result.isOk && tried.gasRequired.refTime.toBigInt() > 0n);
    assert.deepEqual(answer(await token.query.transfer(cert.address, { cert, deposit: 10n ** 21n }, pairs.Bob.address, 1n)), { refused: 'InsufficientBalance' });
    assert.equal((await clusterState(network.workers[0])).root, before);
  });

  test('E2: what trying costs, in coarse steps', async () => {
    await command(registry, token, 'transfer', pairs.Alice, [pairs.Bob.address, 10n]);
    const cert = await signCertificate({ pair: pairs.Bob });
    const cost = async (to) => {
      const tried = await token.query.transfer(cert.address, { cert, deposit: 10n ** 21n }, to, 1n);
      assert.ok(tried.result.isOk);
      return [tried.gasRequired.refTime.toString(), tried.storageDeposit.toString()];
    };
    assert.deepEqual(await cost(mallory.address), await cost(pairs.Alice.address));
  });

  test('E3: everybody tries every constructor, and nothing is made', async () => {
    const { root: before } = await clusterState(network.workers[0]);
    const { built } = up.contracts.token_a;
    const blueprint = new PinkBlueprintPromise(api, registry, built.json, built.codeHash);
    const cert = await signCertificate({ pair: mallory });
    const tried = await blueprint.query.create(cert.address, { cert, salt: 'a try', deposit: 10n ** 21n }, 5n);
    assert.ok(tried.gasRequired.refTime.toBigInt() > 0n && tried.storageDeposit.asCharge.toBigInt() > 0n);
    const id = contractId(mallory, built.codeHash, up.cluster, 'a try');
    assert.equal(u8aToHex(tried.result.asOk.accountId.toU8a()), id);
    assert.equal((await clusterState(network.workers[0])).root, before);
    assert.ok((await api.query.phalaRegistry.contractKeys(id)).isNone);
    const other = up.contracts.probe.built;
    const failing = await new PinkBlueprintPromise(api, registry, other.json, other.codeHash).query.createOrFail(cert.address, { cert, salt: 'a try', deposit: 10n ** 21n }, true);
    assert.ok(failing.result.asOk.result.flags.toString().includes('Revert'));
  });

  const files = (folder) => readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    (entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)]));

  test('D1: which code was compiled', () => {
    const names = readdirSync(join(network.workers[0].data, 'compiled')).join(' ');
    for (const name of ['probe', 'token_a']) assert.ok(names.includes(up.contracts[name].built.codeHash.slice(2)), name);
    assert.ok(!names.includes(loadContract('vault', api).codeHash.slice(2)), 'of code that is not here');
  });

  test('D2: how much, and nothing of what it holds', async () => {
    const secret = `marker ${randomAsHex(16)}`;
    await command(registry, probe, 'put', pairs.Dave, ['a secret place', stringToHex(secret)]);
    const { value } = answer(await ask(probe, 'find', pairs.Dave, 'a secret place'));
    assert.equal(value.unwrap().toHex(), stringToHex(secret), 'it is there');
    const all = files(network.workers[0].data);
    assert.ok(all.reduce((sum, path) => sum + statSync(path).size, 0) > 100_000);
    for (const path of all) {
      const content = readFileSync(path);
      for (const text of [secret, 'a secret place', Buffer.from(secret).toString('hex')]) assert.ok(!content.includes(text), path);
    }
  });
});
