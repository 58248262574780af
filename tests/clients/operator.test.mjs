// What an operator does: options, keys, chain specifications, metrics, and docs/run-a-node.md as it is written.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Program, paths, root, until } from './lib/network.mjs';

let folder;
let count = 0;
const nodes = new Set();
before(() => { folder = mkdtempSync(join(tmpdir(), 'phala-operator-')); });
after(async () => {
  for (const node of nodes) await node.stop('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** Runs a command to its end: {code, out, err}. */
function run(args, input = '') {
  return new Promise((done) => {
    const child = execFile(paths.node, args, { cwd: folder, maxBuffer: 64 << 20 }, (error, out, err) => done({ code: error ? error.code : 0, out, err }));
    child.stdin.end(input);
  });
}

async function ok(args, input) {
  const { code, out, err } = await run(args, input);
  assert.equal(code, 0, `${args.join(' ')}: ${err}`);
  return out;
}

async function refused(pattern, args, input) {
  const { code, err } = await run(args, input);
  assert.equal(code, 1, `${args.join(' ')} ended with ${code}: ${err}`);
  assert.match(err, pattern);
}

/** A node that serves, on free ports: {node, http, metrics, genesis}. */
async function serve(...args) {
  const node = new Program('phala-node', paths.node, ['--blob', paths.runtime, '--rpc-port', '0', '--prometheus-port', '0', ...args], join(folder, `node-${++count}.log`));
  nodes.add(node);
  const [, http] = await node.line(/and (http:\/\/\S+)/);
  const [, genesis] = await node.line(/genesis +(0x[0-9a-f]{64})/);
  const [, metrics] = await node.line(/metrics +(http:\S+)/);
  return { node, http, genesis, metrics };
}

async function end(node) {
  assert.equal(await node.stop('SIGTERM'), 0);
  nodes.delete(node);
}

async function call(http, method, ...params) {
  const response = await fetch(http, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) });
  return response.json();
}

/** Samples of Prometheus' text format: {"name{labels}": value}. Every line is checked, and every histogram. */
async function scrape(url) {
  const response = await fetch(url);
  assert.match(response.headers.get('content-type'), /^text\/plain/);
  const samples = {};
  const types = {};
  for (const line of (await response.text()).trimEnd().split('\n')) {
    const type = line.match(/^# TYPE (\S+) (counter|gauge|histogram|summary)$/);
    if (type) types[type[1]] = type[2];
    if (line.startsWith('#')) {
      assert.match(line, /^# (HELP|TYPE) [a-z_:][a-z0-9_:]* \S/);
      continue;
    }
    const sample = line.match(/^([a-z_:][a-z0-9_:]*)(?:\{((?:[a-z_]+="(?:[^"\\]|\\.)*",?)+)\})? (\S+)$/);
    assert.ok(sample, line);
    const family = types[sample[1]] ? sample[1] : sample[1].replace(/_(bucket|sum|count)$/, '');
    assert.ok(types[family], `${line} has no type`);
    samples[`${sample[1]}{${sample[2] ?? ''}}`] = Number(sample[3]);
    assert.ok(!Number.isNaN(Number(sample[3].replace('+Inf', 'Infinity'))), line);
  }
  let last = { key: '', value: 0 };
  for (const [key, value] of Object.entries(samples)) {
    if (!/_bucket\{/.test(key)) continue;
    const series = key.replace(/,?le="[^"]*"/, '');
    if (series === last.key) assert.ok(value >= last.value, `${key} is less than the bucket below`);
    last = { key: series, value };
    if (key.includes('le="+Inf"')) assert.equal(value, samples[series.replace('_bucket{', '_count{')], key);
  }
  return samples;
}

describe('chain specifications', () => {
  test('plain and raw ones give the same chain', async () => {
    const genesis = {};
    for (const chain of ['dev', 'local']) {
      const { node, genesis: built } = await serve('--tmp', '--chain', chain, '--sealing', 'manual');
      genesis[chain] = built;
      await end(node);
      for (const flags of [[], ['--raw']]) {
        const spec = await ok(['build-spec', '--blob', paths.runtime, '--chain', chain, ...flags]);
        writeFileSync(join(folder, 'spec.json'), spec);
        assert.equal(Boolean(JSON.parse(spec).genesis.raw), flags.length > 0);
        const read = await serve('--tmp', '--chain', join(folder, 'spec.json'), '--sealing', 'manual');
        assert.equal(read.genesis, built);
        await end(read.node);
      }
      // raw of raw is what it was
      const raw = await ok(['build-spec', '--chain', join(folder, 'spec.json'), '--raw']);
      assert.deepEqual(JSON.parse(raw), JSON.parse(readFileSync(join(folder, 'spec.json'))));
    }
    assert.notEqual(genesis.dev, genesis.local);
  });

  test('keep what they hold and are refused where they are wrong', async () => {
    const spec = JSON.parse(await ok(['build-spec', '--blob', paths.runtime]));
    Object.assign(spec, { id: 'mine', bootNodes: ['/dns/a.example/tcp/30333/p2p/x'], protocolId: 'mine', relay_chain: 'kusama', para_id: 2004 });
    writeFileSync(join(folder, 'mine.json'), JSON.stringify(spec));
    const again = JSON.parse(await ok(['build-spec', '--chain', 'mine.json']));
    assert.deepEqual(again, spec);
    writeFileSync(join(folder, 'wrong.json'), JSON.stringify({ ...spec, id: '../elsewhere' }));
    await refused(/wrong.json.*"id"/, ['--chain', 'wrong.json', '--rpc-port', '0']);
    await refused(/cannot be read.*nowhere.json/, ['--chain', 'nowhere.json', '--rpc-port', '0']);
  });
});

describe('the second composition', () => {
  test('runs under its names', async () => {
    const genesis = new Set();
    for (const chain of ['phala-dev', 'phala-local']) {
      const spec = JSON.parse(await ok(['build-spec', '--chain', chain]));
      assert.equal(spec.id, chain === 'phala-dev' ? 'phala_dev' : 'phala_local_testnet');
      writeFileSync(join(folder, `${chain}.json`), JSON.stringify(spec));
      const { node, http, genesis: built } = await serve('--tmp', '--chain', join(folder, `${chain}.json`), '--sealing', 'manual');
      assert.equal((await call(http, 'state_getRuntimeVersion')).result.specName, 'phala');
      assert.ok((await call(http, 'engine_createBlock', true, true)).result.hash);
      genesis.add(built);
      await end(node);
    }
    assert.equal(genesis.size, 2);
  });
});

describe('keys', () => {
  test('are made, shown and told apart', async () => {
    for (const scheme of ['sr25519', 'ed25519', 'ecdsa']) {
      const made = JSON.parse(await ok(['key', 'generate', '--scheme', scheme, '--output-type', 'json', '--words', '24']));
      assert.equal(made.secretPhrase.split(' ').length, 24);
      const shown = JSON.parse(await ok(['key', 'inspect', made.secretPhrase, '--scheme', scheme, '--output-type', 'json']));
      assert.deepEqual(shown, made);
      const typed = JSON.parse(await ok(['key', 'inspect', '--scheme', scheme, '--output-type', 'json'], `${made.secretPhrase}\n`));
      assert.deepEqual(typed, made);
      const other = JSON.parse(await ok(['key', 'inspect', '--public', made.ss58PublicKey, '--scheme', scheme, '--output-type', 'json', '-n', '42']));
      assert.equal(other.accountId, made.accountId);
      assert.notEqual(other.ss58Address, made.ss58Address);
    }
    const alice = await ok(['key', 'inspect', '//Alice', '--network', '42']);
    assert.match(alice, /SS58 Address: +5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY/);
    const derived = (args) => ok(['key', 'inspect', '//Alice', '--output-type', 'json', ...args]).then((text) => JSON.parse(text).publicKey);
    assert.equal(await derived(['--password', 'secret']), JSON.parse(await ok(['key', 'inspect', '//Alice///secret', '--output-type', 'json'])).publicKey);
    assert.notEqual(await derived([]), await derived(['--password', 'secret']));
    await refused(/secret phrase is not 12/, ['key', 'inspect', 'no such words']);
    await refused(/neither an address/, ['key', 'inspect', '--public', '0x00']);
  });

  test('of a node give its peer id', async () => {
    const made = await run(['key', 'generate-node-key', '--file', 'node.key']);
    assert.match(made.err, /^12D3KooW\w+\n$/);
    assert.equal(statSync(join(folder, 'node.key')).mode & 0o777, 0o600);
    assert.equal(await ok(['key', 'inspect-node-key', '--file', 'node.key']), made.err);
    const hex = await run(['key', 'generate-node-key']);
    assert.equal(await ok(['key', 'inspect-node-key'], hex.out), hex.err);
    const { node, http } = await serve('--dev', '--sealing', 'manual', '--node-key-file', join(folder, 'node.key'));
    assert.equal((await call(http, 'system_localPeerId')).result, made.err.trim());
    await end(node);
  });

  test('are kept behind a password and seal blocks', async () => {
    const base = join(folder, 'keyed');
    writeFileSync(join(folder, 'password'), 'correct horse\n');
    // a chain that is no development chain: without a key of an authority a node makes no blocks
    const spec = { ...JSON.parse(await ok(['build-spec', '--blob', paths.runtime, '--chain', 'local'])), id: 'keyed', chainType: 'Live' };
    writeFileSync(join(folder, 'keyed.json'), JSON.stringify(spec));
    const common = ['--chain', join(folder, 'keyed.json'), '--base-path', base];
    const idle = await serve(...common);
    await idle.node.line(/author +none/);
    await end(idle.node);

    await ok(['key', 'insert', ...common, '--key-type', 'aura', '--password-filename', 'password'], '//Alice\n');
    const keystore = join(base, 'chains/keyed/keystore');
    const [file] = readdirSync(keystore);
    assert.equal(file, '61757261d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d');
    assert.doesNotMatch(readFileSync(join(keystore, file), 'utf8'), /Alice/);
    await refused(/four characters/, ['key', 'insert', ...common, '--key-type', 'aurora', '--suri', '//Bob']);
    await refused(/keystore is locked.*--password/, [...common, '--rpc-port', '0']);
    await refused(/password is not the one/, [...common, '--rpc-port', '0', '--password', 'battery staple']);

    const { node, http } = await serve(...common, '--password-filename', join(folder, 'password'), '--sealing', 'interval=200');
    await node.line(/author +45R2pfjQUW2s9PQRHU48HQKLKHVMaDja7N3wpBtmF28UYDs2/);
    // keys by JSON-RPC
    const aura = '61757261';
    const alice = `0x${file.slice(8)}`;
    assert.equal((await call(http, 'author_hasKey', alice, 'aura')).result, true);
    assert.equal((await call(http, 'author_hasKey', alice, 'gran')).result, false);
    assert.equal((await call(http, 'author_hasKey', alice, 'grandpa')).error.code, 1040);
    const made = (await call(http, 'author_rotateKeys')).result;
    assert.match(made, /^0x[0-9a-f]{64}$/);
    assert.ok(readdirSync(keystore).includes(aura + made.slice(2)));
    assert.equal((await call(http, 'author_hasSessionKeys', made)).result, true);
    assert.equal((await call(http, 'author_hasSessionKeys', alice.replace(/..$/, '00'))).result, false);
    const bob = '0x8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48';
    assert.match((await call(http, 'author_insertKey', 'gran', '//Alice', bob)).error.message, /does not belong/);
    assert.equal((await call(http, 'author_insertKey', 'gran', '//Bob', bob)).result, null);
    assert.doesNotMatch(readFileSync(join(keystore, `6772616e${bob.slice(2)}`), 'utf8'), /Bob/);
    await until('a block', async () => Number((await call(http, 'chain_getHeader')).result.number) > 0);
    await end(node);
  });
});

describe('a running node', () => {
  test('is measured under the usual names', async () => {
    const { node, http, metrics } = await serve('--dev', '--sealing', 'interval=100', '--name', 'observed');
    await until('finalized blocks', async () => (await scrape(metrics))['substrate_block_height{chain="dev",status="finalized"}'] >= 3);
    await call(http, 'system_name');
    await call(http, 'chain_getBlock', '0x00');
    const samples = await scrape(metrics);
    const value = (name, labels = '') => {
      const key = `${name}{chain="dev"${labels}}`;
      assert.ok(key in samples, `${key} in ${Object.keys(samples).join('\n')}`);
      return samples[key];
    };
    assert.ok(value('substrate_block_height', ',status="best"') >= value('substrate_block_height', ',status="finalized"'));
    assert.equal(value('substrate_build_info', ',name="observed",version="0.1.0"'), 1);
    assert.ok(Math.abs(value('substrate_process_start_time_seconds') - Date.now() / 1000) < 120);
    assert.equal(value('substrate_node_roles'), 5);
    assert.ok(value('substrate_number_leaves') >= 1);
    assert.ok(value('substrate_block_verification_and_import_time_count') >= 3);
    assert.ok(value('substrate_state_cache_bytes') > 1000);
    assert.ok(value('substrate_database_cache_bytes') >= 0);
    assert.equal(value('substrate_ready_transactions_number'), 0);
    assert.equal(value('substrate_sub_txpool_submitted_transactions'), 0);
    assert.ok(value('substrate_proposer_block_constructed_count') >= 3);
    assert.ok(value('substrate_proposer_end_proposal_reason', ',reason="no_more_transactions"') >= 3);
    assert.equal(value('substrate_rpc_calls_started', ',protocol="http",method="system_name"'), 1);
    assert.equal(value('substrate_rpc_calls_finished', ',protocol="http",method="chain_getBlock",is_error="true"'), 1);
    assert.equal(value('substrate_rpc_calls_time_count', ',protocol="http",method="system_name"'), 1);
    assert.ok(value('process_resident_memory_bytes') > 10e6);
    await end(node);
  });

  test('serves no metrics where that was asked for, and none on a port that is taken', async () => {
    const { node, metrics } = await serve('--dev', '--sealing', 'manual');
    const port = new URL(metrics).port;
    await refused(/Prometheus exporter cannot listen/, ['--dev', '--blob', paths.runtime, '--rpc-port', '0', '--prometheus-port', port]);
    const silent = new Program('phala-node', paths.node, ['--dev', '--blob', paths.runtime, '--rpc-port', '0', '--no-prometheus'], join(folder, 'silent.log'));
    nodes.add(silent);
    await silent.line(/rpc +ws:/);
    assert.ok(!silent.lines.some((line) => line.includes('metrics')));
    await end(silent);
    await end(node);
  });

  test('logs with level, target and values, as filtered', async () => {
    const { node } = await serve('--dev', '--sealing', 'interval=100', '--log', 'author=off', '--detailed-log-output');
    await node.line(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6} INFO  \[\d+\] node: rpc/);
    await end(node);
    assert.ok(!node.lines.some((line) => line.includes('author: ')));
    const loud = await serve('--dev', '--sealing', 'interval=100');
    await loud.node.line(/INFO  author: sealed block #1 0x\S+ transactions=0 took_ms=\d+/);
    await end(loud.node);
    assert.equal((await run(['--dev', '--log', 'loud'])).code, 1);
  });

  test('takes as many files as the system lets it', async () => {
    const node = new Program('phala-node', '/bin/bash', ['-c', `ulimit -Sn 256; exec ${paths.node} --dev --blob ${paths.runtime} --rpc-port 0 --no-prometheus`], join(folder, 'files.log'));
    nodes.add(node);
    await node.line(/rpc +ws:/);
    const [, soft, hard] = readFileSync(`/proc/${node.child.pid}/limits`, 'utf8').match(/Max open files +(\d+) +(\d+)/);
    assert.equal(soft, hard);
    await end(node);
  });

  test('keeps strangers from unsafe methods', async () => {
    const { node, http } = await serve('--dev', '--sealing', 'manual', '--rpc-methods', 'safe');
    assert.match((await call(http, 'engine_createBlock', true, true)).error.message, /unsafe/);
    await end(node);
    const open = await serve('--dev', '--sealing', 'manual', '--rpc-methods', 'unsafe', '--rpc-disable-batch-requests');
    assert.ok((await call(open.http, 'engine_createBlock', true, true)).result.hash);
    const batch = await fetch(open.http, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '[{"jsonrpc":"2.0","id":1,"method":"system_name"}]' });
    assert.ok((await batch.json()).error);
    await end(open.node);
  });

  test('is purged when it has ended, after a question', async () => {
    const place = ['--chain', 'dev', '--base-path', join(folder, 'purged')];
    const { node } = await serve(...place, '--sealing', 'manual');
    await refused(/stop it first/, ['purge-chain', '--blob', paths.runtime, ...place, '-y']);
    await end(node);
    await refused(/nothing was removed/, ['purge-chain', '--blob', paths.runtime, ...place], 'n\n');
    assert.match(await ok(['purge-chain', '--blob', paths.runtime, ...place], 'y\n'), /is removed/);
    assert.match(await ok(['purge-chain', '--blob', paths.runtime, ...place, '-y']), /nothing to remove/);
    assert.deepEqual(readdirSync(join(folder, 'purged/chains/dev')).sort(), ['keystore', 'network']);
  });

  test('says what is wrong with its arguments', async () => {
    for (const args of [['--nonsense'], ['key'], ['--rpc-port', 'x']]) assert.equal((await run(args)).code, 2);
    assert.match(await ok(['--help']), /--prometheus-port PORT/);
    await refused(/--sealing is instant/, ['--dev', '--sealing', 'sometimes']);
    await refused(/64 hex digits/, ['--dev', '--node-key', '0x00']);
  });
});

describe('docs/run-a-node.md', () => {
  // each line of its blocks is a command: one that runs a node must serve, the others must end well
  const text = readFileSync(join(root, 'docs/run-a-node.md'), 'utf8');
  const lines = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, block]) => block.trimEnd().split('\n'));
  const commands = /^phala-node (build-spec|purge-chain|key|export-blocks|import-blocks|check-block|revert)\b/;
  const ports = { 9944: '0', 9615: '0', 9700: '0' };

  test('every line does what it says', async () => {
    assert.ok(lines.length > 20);
    const env = { PATH: `${dirname(paths.node)}:${process.env.PATH}`, XDG_DATA_HOME: join(folder, 'share'), XDG_CACHE_HOME: process.env.XDG_CACHE_HOME ?? '' };
    for (const line of lines) {
      const runs = line.startsWith('phala-node') && !commands.test(line);
      let written = line.replace(/(--(?:rpc|prometheus)-port) (\d+)/g, (_, name, port) => `${name} ${ports[port]}`);
      if (runs && !written.includes('--rpc-port')) written += ' --rpc-port 0';
      const shell = new Program(line, '/bin/bash', ['-c', `cd ${folder} && ${runs ? 'exec ' : ''}${written}`], join(folder, `doc-${++count}.log`), env);
      if (runs) {
        nodes.add(shell);
        await shell.line(/rpc +ws:/);
        if (written.includes('--base-path')) await shell.line(/sealed block/); // later lines need blocks
        await end(shell);
      } else {
        assert.equal(await shell.ended, 0, `${line}\n${shell.tail()}`);
      }
    }
  });

  test('names every option and command', async () => {
    const helps = await Promise.all([['--help'], ['build-spec', '--help'], ['export-blocks', '--help'], ['import-blocks', '--help'], ['check-block', '--help'], ['revert', '--help'], ['purge-chain', '--help'], ['key', '--help'], ['key', 'generate', '--help'],
      ['key', 'inspect', '--help'], ['key', 'insert', '--help'], ['key', 'generate-node-key', '--help'], ['key', 'inspect-node-key', '--help']].map((args) => ok(args)));
    const options = new Set(helps.join('\n').match(/(?<=[\s,])--[a-z][a-z-]+/g));
    const unnamed = [...options].filter((option) => !text.includes(option)
      && !['--help', '--version', '--bob', '--charlie', '--dave', '--eve', '--unsafe-rpc-external', '--bin', '--public', '--raw'].includes(option));
    assert.deepEqual(unnamed, []);
    for (const command of helps[0].split('Subcommands:')[1].match(/^ {2}(\S+)/gm)) assert.ok(text.includes(command.trim()), command);
  });
});
