// The command line as people use it: the README's tour as it is written there, and what comes of mistakes.
import './lib/quiet.mjs';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Keyring } from '@polkadot/api';
import { u8aToHex } from '@polkadot/util';
import { cryptoWaitReady, sr25519Verify } from '@polkadot/util-crypto';
import { Program, freePort, needPort, paths, root, until } from './lib/network.mjs';

/** A port with two free ones after it. */
async function freePorts() {
  return until('three free ports in a row', async () => {
    const port = await freePort();
    await needPort(port + 1);
    await needPort(port + 2);
    return port < 65_000 && port;
  }, { every: 10 });
}

/** The lines of the tour's code blocks, without comments. */
function tourLines() {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const tour = readme.split(/^## /m).find((section) => section.startsWith('Five minutes'));
  assert.ok(tour, 'README.md has a section "Five minutes"');
  const blocks = [...tour.matchAll(/^```\n(.*?)^```/gms)].map(([, block]) => block);
  return blocks.flatMap((block) => block.split('\n')).filter((line) => line.trim() !== '');
}

describe('the command line', () => {
  let folder, network, ready, environment;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'phala-cli-'));
    const port = await freePorts();
    const file = join(folder, 'ready.json');
    network = new Program('./dev up', process.execPath, [join(root, 'tools/up.mjs'), '--no-demo', '--base-port', String(port), '--ready-file', file],
      join(folder, 'up.log'));
    await network.line(/^It is up/, 180_000);
    await until('the file for scripts', () => existsSync(file));
    ready = JSON.parse(readFileSync(file, 'utf8'));
    environment = { ...process.env, PHALA_NODE: ready.node.ws, PHALA_WORKER: ready.workers[0].url };
  });
  after(async () => {
    await network?.stop('SIGINT');
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (program, args, env = environment) => new Promise((done) => {
    execFile(program, args, { cwd: root, env, timeout: 60_000 }, (error, stdout, stderr) =>
      done({ code: error ? error.code : 0, out: stdout.trim(), err: stderr.trim() }));
  });
  const phala = (...args) => run(paths.cli, args);
  const json = async (...args) => {
    const { code, out, err } = await phala('--json', ...args);
    assert.equal(code, 0, err);
    return JSON.parse(out);
  };
  /** It fails with exit code 1 (or that one), says why in one line that matches, and prints nothing else. */
  const fails = async (pattern, args, { code = 1, env } = {}) => {
    const result = await run(paths.cli, args, env);
    assert.equal(result.code, code, `phala ${args.join(' ')}: ${result.out}${result.err}`);
    assert.match(result.err, pattern);
    assert.equal(result.out, '');
  };

  test("the README's tour runs as it is written", async () => {
    const lines = tourLines();
    assert.ok(lines.length >= 10, 'the tour has its commands');
    // a shell that is fed line by line, as a person would, and tells after each how it went
    const answers = [];
    let shell = '';
    let token;
    for (const written of lines) {
      // what differs here: where the programs were built, on which port the worker is, and the id that a person copies
      let line = written.replace('build/dev/src/cli/phala', paths.cli).replaceAll('build/dev/contracts', join(paths.build, 'contracts'))
        .replace('http://127.0.0.1:9945', ready.workers[0].url);
      if (line.startsWith('token=0x…')) line = `token=${token}`;
      const setting = /^[a-z]+=/.test(line);
      const { code, out, err } = await run('bash', ['-c', `set -eu\n${shell}\n${line}`]);
      if (setting) {
        assert.equal(code, 0, err);
        shell += `\n${line}`;
        continue;
      }
      token = out.match(/^contract +(0x[0-9a-f]{64})$/m)?.[1] ?? token;
      answers.push({ written, code, out, err });
    }
    const answer = (pattern) => {
      const found = answers.filter(({ written }) => pattern.test(written));
      assert.ok(found.length > 0, `the tour has a command ${pattern}`);
      return found;
    };
    assert.match(answer(/account balance/)[0].out, /free +[1-9][0-9.]* PHA/);
    assert.match(answer(/worker status/)[0].out, new RegExp(`publicKey +${ready.workers[0].pubkey}`));
    assert.match(answer(/cluster status/)[0].out, new RegExp(`id +${ready.cluster}`));
    const [charlie, bob] = answer(/contract query/);
    assert.equal(charlie.out, '300');
    assert.equal(bob.code, 1);
    assert.match(bob.err, /NotYours/);
    for (const { written, code, err } of answers.filter((one) => one !== bob)) assert.equal(code, 0, `${written}: ${err}`);
  });

  test('accounts: a new phrase, its address, a secret URI, an address', async () => {
    const made = await json('account', 'generate');
    assert.equal(made.phrase.split(' ').length, 12);
    assert.deepEqual(await json('account', 'inspect', made.phrase).then(({ address, publicKey }) => [address, publicKey]), [made.address, made.publicKey]);
    const bob = ready.accounts.find(({ name }) => name === 'Bob');
    assert.equal((await json('account', 'inspect', '//Bob')).address, bob.address);
    assert.equal((await json('account', 'inspect', bob.address)).publicKey, '0x8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48');
    assert.equal((await json('account', 'balance', made.address)).free, '0 PHA', 'an account that nobody has used');
  });

  test('a transfer arrives to the unit', async () => {
    const { address } = await json('account', 'generate');
    const sent = await json('transfer', address, '1.25', '--from', '//Dave');
    assert.match(sent.extrinsic, /^0x[0-9a-f]{64}$/);
    assert.equal((await json('account', 'balance', address)).free, '1.25 PHA');
  });

  test('wrong words: usage and what is wrong', async () => {
    await fails(/subcommand is required/i, [], { code: 106 });
    await fails(/no command acount; phala --help lists them/, ['acount'], { code: 106 });
    await fails(/no command balanse/, ['account', 'balanse', '//Bob'], { code: 106 });
    await fails(/who is required/, ['account', 'balance'], { code: 106 });
    await fails(/no option --colour for phala account generate; phala account generate --help/, ['account', 'generate', '--colour'], { code: 109 });
    await fails(/no option --from for phala account export/, ['account', 'export', '--from', 'x'], { code: 106 });
    await fails(/no option --from for phala account export/, ['account', 'export', '--from', 'x', 'a', 'b'], { code: 109 });
    await fails(/no option --bogus for phala;/, ['--bogus'], { code: 106 });
    await fails(/account generate takes no more arguments, but was given extra/, ['account', 'generate', 'extra'], { code: 109 });
    await fails(/bundle is required; phala contract call --help/, ['contract', 'call'], { code: 106 });
    await fails(/--from needs a value/, ['transfer', '//Bob', '1', '--from'], { code: 114 });
    await fails(/--type: Foo not in \{Log,Event,MessageOutput,QueryIn\}/, ['logs', '--type', 'Foo'], { code: 105 });
    for (const option of [['logs', '--count', '-1'], ['logs', '--count', 'x'], ['cluster', 'deposit', '1', '--cluster', '-1']])
      await fails(/is no whole number/, option, { code: 105 });
    await fails(/shell: tcsh not in \{bash,zsh,fish\}/, ['completion', 'tcsh'], { code: 105 });
  });

  test('each command and each of its options and arguments is explained by --help', async () => {
    const seen = [];
    const look = async (path) => {
      const { code, out } = await phala(...path, '--help');
      assert.equal(code, 0, path.join(' '));
      seen.push(path.join(' '));
      const section = (title) => out.match(new RegExp(`^${title}:\\n((?: .*\\n?)*)`, 'm'))?.[1].split('\n').filter((line) => /^ {2}\S/.test(line)) ?? [];
      // the name with its type, and then words; options are looked at where their words are: in the script for fish
      for (const line of section('Positionals'))
        assert.match(out.slice(out.indexOf(line)), /^ {2}\S+.*?(\S {2,}\S|\n {20,}\S)/, `phala ${path.join(' ')}: ${line.trim()} is not explained`);
      for (const line of section('Subcommands')) await look([...path, line.trim().split(/\s+/)[0]]);
    };
    await look([]);
    for (const path of ['', 'account export', 'cluster balance', 'contract instantiate', 'contract events', 'logs', 'completion']) assert.ok(seen.includes(path), path);
    assert.ok(seen.length >= 22, String(seen));
  });

  test('wrong values: said before anything is sent', async () => {
    await fails(/address.*: nobody/, ['account', 'balance', 'nobody']);
    await fails(/address.*an empty text/, ['account', 'balance', '']);
    await fails(/expected 32 bytes, got 2/, ['account', 'balance', '0x1234']);
    await fails(/address|checksum/i, ['transfer', '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694tx', '1'], { });
    for (const amount of ['much', '0.0000000000001', '1e3']) await fails(/for example 1\.5/, ['transfer', '//Bob', amount]);
    await fails(/phrase|URI|uri/, ['transfer', '//Bob', '1', '--from', 'no such words']);
    const token = ready.contracts.token_a;
    await fails(/cannot read the file: \/nowhere/, ['contract', 'query', '/nowhere', token.id, 'supply']);
    const broken = join(folder, 'broken.contract');
    writeFileSync(broken, '{"spec": 1}');
    await fails(/no contract bundle.*broken\.contract/, ['contract', 'query', broken, token.id, 'supply']);
    // each as a file may come to be: a folder, cut off, without code, with other code, something else
    await fails(/cannot read the file: .* is a folder/, ['contract', 'upload', folder]);
    const text = readFileSync(token.metadata, 'utf8');
    writeFileSync(broken, text.slice(0, 3000));
    await fails(/no contract bundle.*broken\.contract: JSON text ends too early/, ['contract', 'upload', broken]);
    const whole = JSON.parse(text);
    const withCode = (wasm) => writeFileSync(broken, JSON.stringify({ ...whole, source: { ...whole.source, wasm } }));
    withCode(undefined);
    await fails(/broken\.contract: it has metadata alone/, ['contract', 'upload', broken]);
    withCode('0x1234');
    await fails(/broken\.contract: source\.wasm is no WebAssembly module/, ['contract', 'upload', broken]);
    withCode(whole.source.wasm.slice(0, -20));
    await fails(/broken\.contract: the file is damaged: its code hashes to/, ['contract', 'upload', broken]);
    writeFileSync(broken, JSON.stringify({ ...whole, version: '3' }));
    await fails(/version 4 or 5: .*broken\.contract/, ['contract', 'query', broken, token.id, 'supply']);
    await fails(/no such constructor: make; Token has create/, ['contract', 'instantiate', token.metadata, 'make']);
    await fails(/--salt 0xzz: hex/, ['contract', 'instantiate', token.metadata, 'create', '1', '--salt', '0xzz']);
    await fails(/--value: transfer takes none/, ['contract', 'call', token.metadata, token.id, 'transfer', '//Bob', '1', '--value', '5']);
    await fails(/--deposit: an amount is/, ['contract', 'call', token.metadata, token.id, 'transfer', '//Bob', '1', '--deposit', 'x']);
    await fails(/balance_of takes owner:|takes .*AccountId32/, ['contract', 'query', token.metadata, token.id, 'balance_of']);
    await fails(/32 bytes of hex, not 0x12/, ['contract', 'query', token.metadata, '0x12', 'supply']);
    await fails(/no such message: burn; Token has transfer/, ['contract', 'query', token.metadata, token.id, 'burn']);
    await fails(/transfer takes to:AccountId32 value:u128/, ['contract', 'call', token.metadata, token.id, 'transfer', '//Bob']);
    await fails(/value: expected u128, got a string/, ['contract', 'call', token.metadata, token.id, 'transfer', '//Bob', 'all']);
    await fails(/supply changes nothing: use query/, ['contract', 'call', token.metadata, token.id, 'supply']);
  });

  test('what the chain or the contract refuses is a failure that names the reason', async () => {
    await fails(/refused it: Token\.FundsUnavailable/, ['transfer', '//Bob', '2000000', '--from', '//Eve']);
    const { phrase } = await json('account', 'generate');
    await fails(/1010|pay/i, ['transfer', '//Bob', '1', '--from', phrase]);
    const token = ready.contracts.token_a;
    await fails(/InsufficientBalance/, ['contract', 'call', token.metadata, token.id, 'transfer', '//Bob', '1', '--from', '//Ferdie']);
    await fails(/not found: contract 0x7777.*is the id right/, ['contract', 'query', token.metadata, `0x${'77'.repeat(32)}`, 'supply']);
    await fails(/cannot pay the fee: it needs some PHA/, ['transfer', '//Bob', '1', '--from', phrase]);
    await fails(/Arithmetic\.Underflow \(the account has not so much/, ['contract', 'call', ready.contracts.probe.metadata, ready.contracts.probe.id, 'increment', '1', '--deposit', '99999999']);
    await fails(/TransferFailed \(the value to send was not there/, ['contract', 'call', ready.contracts.probe.metadata, ready.contracts.probe.id, 'pay', '--value', '99999999']);
    await fails(/no cluster 0x0+9 on chain/, ['contract', 'instantiate', token.metadata, 'create', '1', '--cluster', '9']);
    await fails(/refused it: PhalaPhatContracts\.ClusterNotFound/, ['contract', 'upload', token.metadata, '--cluster', '7']);
  });

  test('what a command would cost, and what an account has in the cluster', async () => {
    const token = ready.contracts.token_a;
    const cost = await json('contract', 'estimate', token.metadata, token.id, 'transfer', '//Bob', '1');
    assert.ok(cost.gas > 0);
    assert.match(cost.prepaid, /^0\.\d+ PHA$/);
    assert.match(cost.storageDeposit, /PHA$/);
    await fails(/InsufficientBalance \(revert/, ['contract', 'estimate', token.metadata, token.id, 'transfer', '//Bob', '1', '--from', '//Ferdie']);
    const { address } = await json('account', 'generate');
    assert.deepEqual(await json('cluster', 'balance', address).then(({ free, total }) => [free, total]), ['0 PHA', '0 PHA']);
    await json('cluster', 'deposit', '1.5', '--to', address);
    await until('the deposit', async () => (await json('cluster', 'balance', address)).free === '1.5 PHA');
    const alice = await json('cluster', 'balance', '//Alice');
    assert.match(alice.deposits, /^0\.0*[1-9]\d* PHA$/, 'code and storage are held as deposits');
  });

  test('errors by their names: trap, revert, out of gas, decode, permission', async () => {
    const { probe } = ready.contracts;
    const asked = (message, ...args) => ['contract', 'query', probe.metadata, probe.id, message, ...args];
    await fails(/ContractTrapped \(trap/, asked('trap'));
    await fails(/OutOfGas \(out of gas/, asked('loop'));
    await fails(/refuses: Refused \(revert/, asked('refuse'));
    await fails(/ContractTrapped \(trap/, ['contract', 'call', probe.metadata, probe.id, 'change_and_trap']);
    await fails(/refuses: Refused \(revert/, ['contract', 'call', probe.metadata, probe.id, 'change_and_refuse']);
    // the swap has no message of the probe's name: a bundle of another contract
    await fails(/CouldNotReadInput \(decode/, ['contract', 'query', probe.metadata, ready.contracts.swap.id, 'get']);
    await fails(/NotYours/, ['contract', 'query', ready.contracts.token_a.metadata, ready.contracts.token_a.id, 'balance_of', '//Alice', '--from', '//Bob']);
  });

  test('what the cluster refuses is told, though a block took it', async () => {
    const usd = join(paths.build, 'contracts/usd.contract');
    await fails(/the cluster refused code 0x[0-9a-f]{64} of .*usd\.contract: .*--indeterministic/, ['contract', 'upload', usd]);
    assert.match((await json('contract', 'upload', usd, '--indeterministic')).codeHash, /^0x[0-9a-f]{64}$/);
    const vault = join(paths.build, 'contracts/vault.contract');
    await fails(/CodeNotFound \(nobody uploaded that code: phala contract upload/, ['contract', 'instantiate', vault, 'new']);
    await json('contract', 'upload', vault);
    const made = await json('contract', 'instantiate', vault, 'new');
    await fails(/DuplicateContract \(there is a contract already at that address: another --salt/, ['contract', 'instantiate', vault, 'new']);
    assert.equal((await phala('contract', 'query', vault, made.contract, 'version')).out, '1');
    const { probe } = ready.contracts;
    await fails(/WithDetail \(revert/, ['contract', 'instantiate', probe.metadata, 'create_or_fail', 'true', '--salt', 'failing']);
  });

  test('arguments arrive as they are written', async () => {
    const { probe } = ready.contracts;
    const query = (...args) => phala('--json', 'contract', 'query', probe.metadata, probe.id, ...args).then(({ out, err }) => out || err);
    assert.equal(await query('find', 'nothing there'), 'null', 'an option without content');
    assert.equal(await query('find', '[x]'), 'null', 'a text in brackets');
    assert.match(await query('find', '["a","b"]'), /key: expected str, got an array/);
    assert.match(await query('echo', '{"number":-1,"text":"","flag":null}'), /number: -1 does not fit u32/);
    await json('contract', 'call', probe.metadata, probe.id, 'put', '[x]', '[1, 2, 255]');
    assert.equal(await query('find', '[x]'), '"0x0102ff"', 'a list of numbers is bytes');
    assert.equal(await query('find', '"[x]"'), '"0x0102ff"');
  });

  test('logs and events: all, of one contract, of one kind, and those to come', async () => {
    const { probe } = ready.contracts;
    await json('contract', 'call', probe.metadata, probe.id, 'note', 'seen', '--from', '//Dave');
    const dave = (await json('account', 'inspect', '//Dave')).address;
    const lines = async (...args) => {
      const { code, out, err } = await phala('--json', ...args);
      assert.equal(code, 0, err);
      return out.split('\n').filter(Boolean).map((line) => JSON.parse(line));
    };
    const outputs = await lines('logs', '--contract', probe.id, '--type', 'MessageOutput', '--count', '1');
    assert.deepEqual(outputs.map(({ type, contract }) => [type, contract]), [['MessageOutput', probe.id]]);
    const events = await lines('contract', 'events', probe.metadata, probe.id, '--name', 'Noted', '--count', '1');
    assert.equal(events[0].fields.by, dave);
    assert.match((await phala('contract', 'events', probe.metadata, probe.id)).out, /Noted/);
    await phala('contract', 'query', probe.metadata, probe.id, 'log', 'a line of a query');
    assert.match((await phala('logs', '--type', 'Log', '--level', '3')).out, /query info: a line of a query/);
    assert.doesNotMatch((await phala('logs', '--type', 'Log', '--level', '1')).out, /a line of a query/);

    const following = new Program('phala logs', paths.cli, ['--node', ready.node.ws, '--worker', ready.workers[0].url, 'logs', '--follow', '--type', 'Log'], join(folder, 'follow.log'));
    await phala('contract', 'query', probe.metadata, probe.id, 'log', 'a line to come');
    await following.line(/a line to come/, 20_000);
    await following.stop('SIGINT');
  });

  test('keys in files, for whoever does not want them on a command line', async () => {
    const file = join(folder, 'key');
    const made = await json('account', 'generate', '--save', file);
    assert.equal(made.phrase, undefined);
    assert.equal((await json('account', 'inspect', `file:${file}`)).address, made.address);
    await json('transfer', made.address, '2', '--from', '//Alice');
    await json('transfer', '//Bob', '1', '--from', `file:${file}`);
    await fails(/there is a file already/, ['account', 'generate', '--save', file]);
    chmodSync(file, 0o644);
    await fails(/chmod 600/, ['transfer', '//Bob', '1', '--from', `file:${file}`]);
  });

  test('keystores: what polkadot.js wrote signs here, and what is written here signs there', async () => {
    await cryptoWaitReady();
    const theirs = new Keyring({ type: 'sr25519' }).addFromUri('//Keystore', { name: 'theirs' });
    const file = join(folder, 'theirs.json');
    writeFileSync(file, JSON.stringify(theirs.toJson('a password')));
    const password = join(folder, 'password');
    writeFileSync(password, 'a password\n', { mode: 0o600 });
    const wrong = join(folder, 'wrong');
    writeFileSync(wrong, 'another\n', { mode: 0o600 });
    const from = ['--from', `file:${file}`, '--password-file', password];
    await json('transfer', theirs.address, '3', '--from', '//Alice');
    await json('transfer', '//Bob', '1', ...from);
    await fails(/wrong password/, ['transfer', '//Bob', '1', '--from', `file:${file}`, '--password-file', wrong]);

    const ours = join(folder, 'ours.json');
    const made = await json('account', 'export', '//Keystore//ours', ours, '--name', 'ours', '--new-password-file', password);
    assert.equal(statSync(ours).mode & 0o077, 0, 'nobody else reads it');
    const opened = new Keyring({ type: 'sr25519' }).addFromJson(JSON.parse(readFileSync(ours, 'utf8')));
    opened.unlock('a password');
    assert.equal(opened.meta.name, 'ours');
    const expected = new Keyring({ type: 'sr25519', ss58Format: 30 }).addFromUri('//Keystore//ours');
    assert.equal(made.address, expected.address);
    assert.ok(sr25519Verify('a message', opened.sign('a message'), expected.publicKey));
    // without a terminal nobody can be asked
    const { code, err } = await run('setsid', ['--wait', paths.cli, 'account', 'inspect', `file:${file}`]);
    assert.equal(code, 1);
    assert.match(err, /needs its password: --password-file/);
    // on one, what is typed is not shown
    const typed = await run('bash', ['-c', `(sleep 1; echo 'a password'; sleep 2) | script -qec '${paths.cli} account inspect file:${file}' /dev/null`]);
    assert.match(typed.out, /Password of /);
    assert.match(typed.out, new RegExp(u8aToHex(theirs.publicKey)));
    assert.equal(typed.out.split('a password').length, 1, typed.out);
  });

  test('what a new contract would cost', async () => {
    const { token_a: token, probe } = ready.contracts;
    const cost = await json('contract', 'instantiate', token.metadata, 'create', '5', '--salt', 'never made', '--estimate');
    assert.ok(cost.gas > 0);
    assert.match(cost.storageDeposit, /^0\.0*[1-9]\d* PHA$/);
    await fails(/ContractTrapped|DuplicateContract/, ['contract', 'instantiate', token.metadata, 'create', '5', '--salt', 'token_a', '--estimate']);
    await fails(/WithDetail \(revert/, ['contract', 'instantiate', probe.metadata, 'create_or_fail', 'true', '--salt', 'x', '--estimate']);
  });

  test('a shell completes the commands', async () => {
    const { out } = await phala('completion', 'bash');
    const complete = async (...words) => {
      const script = `${out}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _phala; printf '%s\\n' "\${COMPREPLY[@]}"`;
      return (await run('bash', ['-c', script])).out.split('\n').sort();
    };
    assert.deepEqual(await complete('phala', 'contract', 'e'), ['estimate', 'events']);
    assert.ok((await complete('phala', 'contract', 'call', '--')).includes('--plain'));
    assert.ok((await complete('phala', '')).includes('transfer'));
    assert.deepEqual(await complete('phala', 'logs', '--type', ''), ['Event', 'Log', 'MessageOutput', 'QueryIn']);
    assert.deepEqual(await complete('phala', 'completion', ''), ['bash', 'fish', 'zsh'].concat((await complete('phala', 'completion', '--'))).sort());
    assert.ok((await complete('phala', 'contract', 'call', '--')).includes('--node'), 'options of the program go everywhere');
    assert.deepEqual(await complete('phala', '--worker', ''), [''], 'files and whatever the shell has');
    assert.match((await phala('completion', 'zsh')).out, /^autoload/);
    const fish = (await phala('completion', 'fish')).out;
    for (const line of fish.split('\n')) assert.match(line, /^complete -c phala (-f )?(-n '[^']+' )?(-a '[^']+'|-l [a-z-]+( -r)?( -f -a '[^']+')? -d '[^']{8,}')$/, 'each option with its words');
  });

  test('the scripts are ones that the shells can read', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      if ((await run('which', [shell])).code !== 0) continue;
      const file = join(folder, `completion.${shell}`);
      writeFileSync(file, (await phala('completion', shell)).out);
      assert.equal((await run(shell, ['-n', file])).code, 0, shell);
    }
  });

  test('what takes longer than a second is told', async () => {
    const { err } = await phala('transfer', '//Bob', '1');
    // a block comes every second: mostly there is something to wait for, and never anything else to say
    assert.match(err, /^(waiting for the transaction in a block …( the chain is at block \d+)?)?$/);

    const slow = createServer((_, response) => setTimeout(() => response.writeHead(404).end(), 2_500));
    await new Promise((done) => slow.listen(0, '127.0.0.1', done));
    try {
      const asked = ['--worker', `http://127.0.0.1:${slow.address().port}`, 'worker', 'status'];
      const told = "waiting for the worker's answer …";
      const lines = async (...more) => (await phala(...more, ...asked)).err.split('\n');
      assert.deepEqual(await lines(), [told, 'phala: the worker refused: HTTP 404'], 'one line where there is no terminal');
      for (const silent of ['--json', '--quiet', '-q']) assert.deepEqual(await lines(silent), ['phala: the worker refused: HTTP 404']);
      // on a terminal one line that counts, and that is gone at the end
      const shown = await run('script', ['-qec', [paths.cli, ...asked].join(' '), '/dev/null']);
      assert.ok(shown.out.includes(`${told} 1 s\x1b[K\r${told} 2 s\x1b[K\r\x1b[K`), JSON.stringify(shown.out));
    } finally {
      slow.closeAllConnections();
      slow.close();
    }
  });

  test('a node or a worker that is not there', async () => {
    const nobody = await freePort();
    await fails(new RegExp(`127\\.0\\.0\\.1:${nobody}`), ['--node', `ws://127.0.0.1:${nobody}`, 'account', 'balance', '//Bob']);
    await fails(new RegExp(`cannot reach the worker: http://127\\.0\\.0\\.1:${nobody}`), ['--worker', `http://127.0.0.1:${nobody}`, 'worker', 'status']);
    await fails(/ws:\/\//, ['--node', 'localhost', 'account', 'balance', '//Bob']);
    await fails(/http:\/\/host:port/, ['--worker', 'localhost', 'worker', 'status']);
    await fails(/does it run\? --worker names another/, ['--worker', `http://127.0.0.1:${nobody}`, 'contract', 'query', ready.contracts.probe.metadata, ready.contracts.probe.id, 'get']);
    await fails(/connect.*does it run\? --node names another/, ['--node', `ws://127.0.0.1:${nobody}`, 'transfer', '//Bob', '1']);
    await fails(/http:\/\/host:port: http:\/\/127\.0\.0\.1:x/, ['--worker', 'http://127.0.0.1:x', 'worker', 'status']);
    assert.equal((await phala('--worker', `${ready.workers[0].url}/`, 'worker', 'status')).code, 0, 'as a browser writes it');
    // the other service at that address
    await fails(/understood|HTTP|refused/, ['--worker', ready.node.http, 'worker', 'status']);
    await fails(/./, ['--node', ready.workers[0].url.replace('http', 'ws'), 'account', 'balance', '//Bob']);
  });

  test('Ctrl-C ends the network, and all of it', async () => {
    assert.equal(await network.stop('SIGINT'), 0, network.tail());
    for (const { url } of [{ url: ready.node.http }, ...ready.workers]) await needPort(Number(new URL(url).port));
    await fails(/cannot reach|connect/i, ['worker', 'status']);
  });
});
