// Contracts in C++ and in ink!, 4 and 5, as their compilers made them: used, and calling each other in both directions.
import './quiet.mjs';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { signCertificate } from '@phala/sdk';
import { packageInfo } from '@polkadot/api';
import { u8aToHex } from '@polkadot/util';
import { GAS, PHA, deploy, loadContract, openContract } from './bootstrap.mjs';
import { send } from './chain.mjs';
import { answer, balanceOf, command } from './demo.mjs';
import { inkContracts } from './network.mjs';
import { standingNetwork } from './standing.mjs';

export const contractsSuite = (apiVersion) => describe(`contracts under @polkadot/api ${apiVersion}`, () => {
  let up, pairs, made;

  standingNetwork({ prepare: async (standing) => {
    ({ up } = standing);
    pairs = up.pairs;
    const built = (name) => loadContract(name, up.api);
    const plan = { flipper: [built('flipper'), 'new', [false]], token: [built('token'), 'create', [1_000_000n]], vault: [built('vault'), 'new', []], vault_v2: [built('vault_v2'), 'new', []],
      hazard: [built('hazard'), 'new', []], other_hazard: [built('hazard'), 'new', []] };
    for (const version of inkContracts ? [4, 5] : []) {
      const [flipper, psp22] = [`ink${version}_flipper`, `ink${version}_psp22`];
      plan[flipper] = [built(flipper), 'new', [false]];
      plan[psp22] = [built(psp22), 'new', [1000n]];
      plan[`caller${version}`] = [built(`ink${version}_caller`), 'new', (ids) => [ids.flipper, ids.token]];
      plan[`relay${version}`] = [built('relay'), 'new', (ids) => [ids[flipper], ids[psp22]]];
    }
    made = await deploy(up, pairs.Alice, plan);
  } });

  const ask = async (contract, message, reader, ...args) => {
    const cert = await signCertificate({ pair: reader });
    return answer(await contract.query[message](cert.address, { cert }, ...args));
  };
  const value = async (contract, message, reader, ...args) => {
    const { value: given, refused } = await ask(contract, message, reader, ...args);
    assert.equal(refused, undefined, `${message} was refused`);
    return given;
  };
  const run = (contract, message, signer, args = [], options = {}) => command(up.registry, contract, message, signer, args, options);
  const isOn = async (flipper) => (await value(flipper, 'get', pairs.Bob)).isTrue;

  test('the api is that one', () => assert.equal(packageInfo.version, apiVersion));

  test('C++: a switch', async () => {
    assert.equal(await isOn(made.flipper), false);
    await run(made.flipper, 'flip', pairs.Bob);
    assert.equal(await isOn(made.flipper), true);
    await run(made.flipper, 'flip', pairs.Bob);
  });

  test('C++: a contract takes value, walks through its entries, and gets new code', async () => {
    const { vault } = made;
    const { Alice, Bob, Charlie } = pairs;
    await run(vault, 'payIn', Bob, [], { value: 3n * PHA });
    await run(vault, 'payIn', Charlie, [], { value: 2n * PHA });
    assert.equal((await value(vault, 'mine', Bob)).toBigInt(), 3n * PHA);
    const all = (await value(vault, 'all', Alice)).map(([saver, amount]) => [u8aToHex(saver.toU8a()), amount.toBigInt()]);
    assert.deepEqual(all, [[u8aToHex(Bob.publicKey), 3n * PHA], [u8aToHex(Charlie.publicKey), 2n * PHA]]);
    assert.deepEqual(await ask(vault, 'all', Bob), { refused: 'NotYours' });
    await run(vault, 'payOut', Bob, [1n * PHA]);
    assert.equal((await value(vault, 'mine', Bob)).toBigInt(), 2n * PHA);
    // value for a message that takes none
    const cert = await signCertificate({ pair: Bob });
    assert.ok((await vault.query.setMotto(cert.address, { cert, transfer: 1n }, 'no')).result.isErr);

    const next = loadContract('vault_v2', up.api);
    await run(vault, 'setMotto', Alice, ['save']);
    await run(vault, 'upgrade', Bob, [next.codeHash]); // not his to upgrade
    assert.equal((await value(vault, 'version', Bob)).toNumber(), 1);
    await run(vault, 'upgrade', Alice, [next.codeHash]);
    const v2 = await openContract(up.registry, next, vault.address.toHex());
    assert.equal((await value(v2, 'version', Bob)).toNumber(), 2);
    assert.equal((await value(v2, 'getMotto', Bob)).toString(), 'save');
    const had = (await up.registry.getClusterBalance(Charlie.address)).total.toBigInt();
    await run(v2, 'close', Alice);
    const has = (await up.registry.getClusterBalance(Charlie.address)).total.toBigInt();
    assert.equal(has - had, 2n * PHA, 'what was kept under the first code is paid out by the second');
  });

  test('C++: deposits are held and given back, contracts end, and errors have names', async () => {
    const { hazard, other_hazard: other } = made;
    const { Alice, Bob } = pairs;
    const estimate = async (message, ...args) => {
      const cert = await signCertificate({ pair: Bob });
      return (await hazard.query[message](cert.address, { cert, estimating: true }, ...args)).storageDeposit;
    };
    const held = async () => {
      const { total, free } = await up.registry.getClusterBalance(Bob.address);
      return [total.toBigInt(), free.toBigInt()];
    };
    assert.ok((await estimate('keep', 1, `0x${'ab'.repeat(100)}`)).isCharge);
    const [before] = await held();
    await run(hazard, 'keep', Bob, [1, `0x${'ab'.repeat(100)}`]);
    const [after] = await held();
    assert.ok(after < before, 'gas and what is stored were paid');
    assert.ok((await estimate('drop', 1)).isRefund);

    const cert = await signCertificate({ pair: Bob });
    const failure = async (contract, message, ...args) => (await contract.query[message](cert.address, { cert }, ...args)).result.asErr.asModule.toJSON();
    assert.deepEqual(await failure(hazard, 'callBack', hazard.address, false), { index: 4, error: '0x16000000' }, 'ReentranceDenied');
    assert.equal((await value(hazard, 'callBack', Bob, hazard.address, true)).toNumber(), 0);
    assert.deepEqual(await ask(hazard, 'endFromWithin', Bob, hazard.address), { refused: 'Trapped' });
    assert.equal((await value(hazard, 'dig', Bob, loadContract('hazard', up.api).codeHash, 3)).toNumber(), 3);
    assert.deepEqual(await ask(hazard, 'dig', Bob, loadContract('hazard', up.api).codeHash, 50), { refused: 'Trapped' });
    assert.deepEqual(await ask(hazard, 'endAndAsk', Bob, other.address), { refused: 'NotCallable' });

    const had = (await up.registry.getClusterBalance(Alice.address)).total.toBigInt();
    await run(other, 'end', Bob, [Alice.address], { value: 0n });
    assert.ok((await up.registry.getClusterBalance(Alice.address)).total.toBigInt() >= had);
    assert.deepEqual(await ask(hazard, 'ask', Bob, other.address), { refused: 'NotCallable' });
    assert.deepEqual(await failure(other, 'count'), { index: 4, error: '0x06000000' }, 'ContractNotFound');
    await run(hazard, 'become', Bob, [loadContract('vault_v2', up.api).codeHash]);
    const v2 = await openContract(up.registry, loadContract('vault_v2', up.api), hazard.address.toHex());
    assert.deepEqual(await failure(v2, 'version'), { index: 4, error: '0x0c000000' }, 'code that does not know this storage traps');
  });

  for (const version of [4, 5]) {
    const options = { skip: inkContracts ? false : 'PHALA_INK_CONTRACTS is not set: run tools/build_ink_contracts.sh' };

    test(`ink! ${version}: a switch, its mapping, its errors and events`, options, async () => {
      const flipper = made[`ink${version}_flipper`];
      await run(flipper, 'flip', pairs.Bob);
      assert.equal(await isOn(flipper), true);
      assert.equal((await value(flipper, 'turnsOf', pairs.Bob, pairs.Bob.address)).toNumber(), 1);
      assert.deepEqual(await ask(flipper, 'set', pairs.Alice, true), { refused: 'AlreadySet' });
      const { result } = await send(up.api, flipper.tx.set({ gasLimit: GAS }, true), pairs.Alice);
      await assert.rejects(result.waitFinalized(), { message: JSON.stringify({ Ok: { Err: 'AlreadySet' } }) });
      assert.equal(await isOn(flipper), true, 'an error undoes the turn');
      const { records } = await up.registry.loggerContract.tail(10, { contract: flipper.address.toHex(), type: 'Event' });
      const { topics, payload } = records.at(-1);
      assert.equal(topics.length, 2);
      // ink! 4 puts the event's index before its fields, ink! 5 tells events apart by their topic alone
      assert.equal(payload, `0x${version === 4 ? '00' : ''}${u8aToHex(pairs.Bob.publicKey).slice(2)}01`);
      await run(flipper, 'flip', pairs.Bob);
    });

    test(`ink! ${version}: a PSP22 token`, options, async () => {
      const psp22 = made[`ink${version}_psp22`];
      const has = async (who) => (await value(psp22, 'psp22::balanceOf', pairs.Bob, who.address)).toBigInt();
      await run(psp22, 'psp22::transfer', pairs.Alice, [pairs.Dave.address, 10n, '0x']);
      await run(psp22, 'psp22::approve', pairs.Dave, [pairs.Eve.address, 4n]);
      await run(psp22, 'psp22::transferFrom', pairs.Eve, [pairs.Dave.address, pairs.Eve.address, 3n, '0x']);
      assert.deepEqual([await has(pairs.Alice), await has(pairs.Dave), await has(pairs.Eve)], [990n, 7n, 3n]);
      assert.equal((await value(psp22, 'psp22::allowance', pairs.Bob, pairs.Dave.address, pairs.Eve.address)).toBigInt(), 1n);
      assert.deepEqual(await ask(psp22, 'psp22::transferFrom', pairs.Eve, pairs.Dave.address, pairs.Eve.address, 3n, '0x'), { refused: 'InsufficientAllowance' });
      assert.equal((await value(psp22, 'psp22::totalSupply', pairs.Bob)).toBigInt(), 1000n);
    });

    test(`ink! ${version} calls C++`, options, async () => {
      const caller = made[`caller${version}`];
      await run(caller, 'flip', pairs.Bob);
      assert.equal(await isOn(made.flipper), true);
      assert.equal((await value(caller, 'flip', pairs.Bob)).isTrue, false, 'a query sees what the call would give');
      await run(caller, 'flip', pairs.Bob);
      assert.equal(await isOn(made.flipper), false);

      const before = (await balanceOf(made.token, pairs.Bob, pairs.Bob)).value;
      await run(made.token, 'transfer', pairs.Alice, [caller.address.toHex(), 50n]);
      assert.equal((await value(caller, 'holds', pairs.Bob)).toBigInt(), 50n);
      await run(caller, 'pay', pairs.Charlie, [pairs.Bob.address, 20n]);
      assert.deepEqual(await ask(caller, 'pay', pairs.Charlie, pairs.Bob.address, 31n), { refused: 'Refused' });
      await run(caller, 'pay', pairs.Charlie, [pairs.Bob.address, 31n]);
      assert.equal((await balanceOf(made.token, pairs.Bob, pairs.Bob)).value - before, 20n);
      assert.equal((await value(caller, 'holds', pairs.Bob)).toBigInt(), 30n);
    });

    test(`C++ calls ink! ${version}`, options, async () => {
      const relay = made[`relay${version}`];
      const flipper = made[`ink${version}_flipper`];
      const psp22 = made[`ink${version}_psp22`];
      const was = await isOn(flipper);
      assert.equal((await value(relay, 'flip', pairs.Bob)).isTrue, !was);
      await run(relay, 'flip', pairs.Bob);
      assert.equal(await isOn(flipper), !was);
      assert.equal((await value(flipper, 'turnsOf', pairs.Bob, relay.address.toHex())).toNumber(), 1, 'the caller is the C++ contract');

      await run(psp22, 'psp22::transfer', pairs.Alice, [relay.address.toHex(), 9n, '0x']);
      assert.equal((await value(relay, 'holds', pairs.Bob)).toBigInt(), 9n);
      await run(relay, 'pay', pairs.Bob, [pairs.Ferdie.address, 7n]);
      assert.deepEqual(await ask(relay, 'pay', pairs.Bob, pairs.Ferdie.address, 7n), { refused: 'Refused' });
      assert.equal((await value(psp22, 'psp22::balanceOf', pairs.Bob, pairs.Ferdie.address)).toBigInt(), 7n);
      assert.equal((await value(relay, 'holds', pairs.Bob)).toBigInt(), 2n);
    });
  }
});
