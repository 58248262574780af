// An honest contract beside hostile ones on one worker: it is answered, and so are its commands, whatever the others do.
import './lib/quiet.mjs';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { performance } from 'node:perf_hooks';
import { captureQuery, openContract } from './lib/bootstrap.mjs';
import { balanceOf, command } from './lib/demo.mjs';
import { standingNetwork } from './lib/standing.mjs';
import { encodeQuery, post, workerInfo } from './lib/worker_api.mjs';

const kClients = 24;

describe('an honest contract beside hostile ones', () => {
  let network, up, token, worker;

  standingNetwork({
    prepare: async (standing) => {
      ({ network, up } = standing);
      [worker] = network.workers;
      token = await openContract(up.registry, up.contracts.token_a.built, up.contracts.token_a.id);
    },
  });

  /** So many clients ask the probe the same again and again while `meanwhile` runs. Resolves to {result, statuses}. */
  const besides = async (message, args, meanwhile) => {
    const { built, id } = up.contracts.probe;
    const body = encodeQuery(await captureQuery(up.registry, built, id, up.pairs.Dave, message, args(up.contracts.probe)));
    const statuses = new Map();
    let over = false;
    const clients = Array.from({ length: kClients }, async () => {
      while (!over) {
        const { status } = await post(worker.url, 'ContractQuery', body);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    });
    try {
      return { result: await meanwhile(), statuses };
    } finally {
      over = true;
      await Promise.all(clients);
    }
  };

  /** Queries and a command of the honest contract; the times that queries took, in ms. */
  const use = async () => {
    const { Alice, Bob } = up.pairs;
    const had = (await balanceOf(token, Bob, Bob)).value;
    const { blocknum } = await workerInfo(worker);
    await command(up.registry, token, 'transfer', Alice, [Bob.address, 7n]);
    const times = [];
    for (let i = 0; i < 50; ++i) {
      const begin = performance.now();
      assert.deepEqual(await balanceOf(token, Bob, Bob), { value: had + 7n });
      times.push(performance.now() - begin);
    }
    assert.ok((await workerInfo(worker)).blocknum > blocknum, 'the worker follows the chain');
    return times.toSorted((a, b) => a - b);
  };

  const show = (t, times) => t.diagnostic(`an honest query, the client's own work included: median ${times[25].toFixed(1)} ms, longest ${times.at(-1).toFixed(1)} ms`);

  test('alone, to compare', async (t) => show(t, await use()));

  for (const [what, message, args] of [
    ['queries that loop until their gas is gone', 'loop', () => []],
    ['queries that call themselves until they are too deep', 'recurse', (probe) => [probe.id]],
    ['queries that emit events without end', 'flood', () => []],
    ['queries that hoard memory', 'hoard', () => []],
  ])
    test(what, async (t) => {
      const { result, statuses } = await besides(message, args, use);
      show(t, result);
      t.diagnostic(`answers to the others, by status: ${JSON.stringify([...statuses])}`);
      assert.deepEqual([...statuses.keys()], [200], 'they are answered, sealed, with an error or that the worker is busy');
    });
});
