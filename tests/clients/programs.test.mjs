// Clients in other languages, each a program of its own that says "ok NAME" for what worked: Python and Rust.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Network, root } from './lib/network.mjs';

const python = process.env.PHALA_PYTHON_CLIENTS;
const subxt = process.env.PHALA_SUBXT_CLIENT;

describe('clients in other languages', () => {
  let network;

  before(async () => {
    network = await Network.create();
    await network.startNode();
  });
  after(() => network?.stop());

  const run = (program, args) => new Promise((done) => {
    execFile(program, args, { timeout: 120_000 }, (error, stdout, stderr) => done({ code: error ? error.code ?? error.signal : 0, stdout, stderr }));
  });

  const does = async (names, program, args) => {
    const { code, stdout, stderr } = await run(program, args);
    assert.equal(code, 0, `${stdout}\n${stderr}\n${network.node.tail(5)}`);
    assert.deepEqual([...stdout.matchAll(/^ok (\w+)$/gm)].map(([, name]) => name), names);
  };

  test('py-substrate-interface 1.8.1', { skip: python ? false : 'PHALA_PYTHON_CLIENTS is not set: run tools/python_clients.sh' }, () =>
    does(['chain', 'transfer', 'keys', 'storage', 'errors', 'blocks'], join(python, 'bin/python'), [join(root, 'tests/clients/python/client.py'), network.ws]));

  test('subxt 0.51.1', { skip: subxt ? false : 'PHALA_SUBXT_CLIENT is not set: run tools/build_subxt_client.sh' }, () =>
    does(['chain', 'transfer', 'storage', 'errors', 'blocks'], subxt, [network.ws]));
});
