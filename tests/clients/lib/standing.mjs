// The network that most tests of contracts begin with.
import { after, before } from 'node:test';
import { bootstrap } from './bootstrap.mjs';
import { Network } from './network.mjs';

/**
 * For the body of a describe(): before its tests there are a node, workers and all examples, afterwards there is nothing.
 * `options` are those of Network.create, `systemCode` is a system contract other than ours, `prepare` adds what else the
 * tests need. Returns {network, up}, filled in when the tests run.
 */
export function standingNetwork({ count = 1, options = {}, systemCode, prepare = () => {} } = {}) {
  const standing = {};
  before(async () => {
    standing.network = await Network.create(options);
    try {
      standing.up = await bootstrap(standing.network, { count, systemCode });
      await prepare(standing);
    } catch (error) {
      standing.network.dump();
      throw error;
    }
  });
  after(async () => {
    await standing.up?.api.disconnect();
    await standing.network?.stop();
  });
  return standing;
}
