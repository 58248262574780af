// One secret payment with the unmodified SDK, and what each onlooker can see of it.
import { signCertificate } from '@phala/sdk';
import { bnToU8a, u8aToHex } from '@polkadot/util';
import { GAS, PHA, openContract } from './bootstrap.mjs';
import { send } from './chain.mjs';
import { until } from './network.mjs';

/** Value, or the name of the contract's error. */
export function answer(query) {
  if (query.result.isErr) throw new Error(`the call failed: ${query.result.asErr.toString()}`);
  const outer = query.output;
  if (outer.isErr) throw new Error(`the call failed: ${outer.asErr.toString()}`);
  const inner = outer.asOk;
  if (inner.isErr !== undefined && inner.isOk !== undefined) return inner.isErr ? { refused: inner.asErr.toString() } : { value: inner.asOk };
  return { value: inner };
}

export async function balanceOf(token, reader, owner) {
  const cert = await signCertificate({ pair: reader });
  const { value, refused } = answer(await token.query.balanceOf(cert.address, { cert }, owner.address));
  return refused ? { refused } : { value: value.toBigInt() };
}

/** Sends an encrypted command and waits until the cluster has executed it. Resolves to what send() gives, and the block's number. */
export async function command(registry, contract, message, signer, args, options = {}) {
  const tx = contract.tx[message]({ gasLimit: GAS, ...options }, ...args);
  const sent = await send(registry.api, tx, signer);
  const header = await registry.api.rpc.chain.getHeader(sent.blockHash);
  const block = header.number.toNumber();
  await until(`block ${block} on the worker`, async () => (await registry.phactory.getInfo({})).blocknum > block, { every: 100 });
  return { ...sent, block };
}

/** Alice pays Bob `amount` of token_a in secret. Throws where a secret is visible, or an owner or a stranger sees what they should not. */
export async function secretPayment({ registry, pairs, contracts }, amount = 250n * PHA) {
  const { Alice, Bob, Charlie } = pairs;
  const token = await openContract(registry, contracts.token_a.built, contracts.token_a.id);
  const before = await balanceOf(token, Bob, Bob);
  const sent = await command(registry, token, 'transfer', Alice, [Bob.address, amount]);

  const block = await registry.api.rpc.chain.getBlock(sent.blockHash);
  const extrinsic = block.block.extrinsics.find((candidate) => candidate.hash.toHex() === sent.hash);
  const [to, payload] = extrinsic.method.args.map((arg) => arg.toHex());
  const whole = extrinsic.toHex();
  const secrets = [u8aToHex(Bob.publicKey), u8aToHex(bnToU8a(amount, { bitLength: 128, isLe: true }))];
  for (const secret of secrets) {
    if (whole.includes(secret.slice(2))) throw new Error('the transaction shows a part of the command in the clear');
  }
  const after = await balanceOf(token, Bob, Bob);
  if (after.value - before.value !== amount) throw new Error(`Bob has ${after.value} after the payment and had ${before.value} before it`);
  const stranger = await balanceOf(token, Charlie, Bob);
  if (!stranger.refused) throw new Error("a stranger could read Bob's balance");
  return { block: sent.block, hash: sent.hash, to, payload, amount, owner: after.value, stranger: stranger.refused };
}
