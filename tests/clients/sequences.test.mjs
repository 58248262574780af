// The next sequence of a worker's messages, as relayers ask for it: what waits in the pool counts.
import './lib/quiet.mjs';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Keyring } from '@polkadot/api';
import { bnToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { accounts, connect } from './lib/bootstrap.mjs';
import { Network, until } from './lib/network.mjs';

describe('pha_getMqNextSequence', () => {
  let network, api, pairs, worker;

  before(async () => {
    network = await Network.create({ sealing: 'manual' });
    await network.startNode();
    api = await connect(network);
    pairs = await accounts();
    worker = new Keyring({ type: 'sr25519' }).addFromUri('//some-worker');
  });
  after(async () => {
    await api?.disconnect();
    await network?.stop();
  });

  const rpc = async (method, ...params) => {
    const response = await fetch(network.http, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    const { result, error } = await response.json();
    if (error) throw new Error(`${method}: ${error.message} ${error.data ?? ''}`);
    return result;
  };
  const seal = () => rpc('engine_createBlock', true, true);
  /** SCALE of the origin. */
  const sender = () => u8aConcat([2], worker.publicKey);
  const next = () => rpc('pha_getMqNextSequence', u8aToHex(sender()).slice(2));

  /** A worker's message, as somebody relays it. */
  const relay = async (sequence, by = pairs.Alice) => {
    const destination = u8aToHex(new TextEncoder().encode('phala/test'));
    const message = { sender: { Worker: worker.publicKey }, destination, payload: '0x00' };
    const signed = u8aConcat(sender(), api.createType('Bytes', destination).toU8a(), api.createType('Bytes', '0x00').toU8a(), bnToU8a(sequence, { bitLength: 64, isLe: true }));
    const tx = api.tx.phalaMq.syncOffchainMessage({ message, sequence, signature: u8aToHex(worker.sign(signed)) });
    return tx.signAndSend(by, { nonce: await rpc('system_accountNextIndex', by.address) });
  };

  test('counts what the chain took and then what the pool has without a gap', async () => {
    await api.tx.sudo.sudo(api.tx.phalaRegistry.forceRegisterWorker(worker.publicKey, worker.publicKey, null)).signAndSend(pairs.Alice);
    await seal();
    await until('the worker', async () => (await api.query.phalaRegistry.workers(worker.publicKey)).isSome);
    assert.equal(await next(), 0);
    await relay(0);
    assert.equal(await next(), 1);
    await relay(1);
    assert.equal(await next(), 2);
    await assert.rejects(relay(1), /1014|1013|already|low/i, 'there is one of that sequence');
    await seal();
    const { hash } = await rpc('chain_getHeader').then(async ({ number }) => ({ hash: await rpc('chain_getBlockHash', number) }));
    const taken = await (await api.at(hash)).query.phalaMq.offchainIngress({ Worker: worker.publicKey });
    assert.equal((taken.unwrapOr?.(0) ?? taken).toNumber(), 2);
    assert.equal(await next(), 2, 'the pool is empty again');
    await relay(3, pairs.Bob); // waits for 2
    assert.equal(await next(), 2, 'what does not follow does not count');
    await relay(2);
    assert.equal(await next(), 4);
  });
});
