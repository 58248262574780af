#!/usr/bin/env node
// Starts a network of one's own and shows what it is for; ./dev up builds first and then runs this.
import '../tests/clients/lib/quiet.mjs';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PHA, bootstrap, names } from '../tests/clients/lib/bootstrap.mjs';
import { secretPayment } from '../tests/clients/lib/demo.mjs';
import { Network, needPort } from '../tests/clients/lib/network.mjs';

const usage = `usage: ./dev up [OPTION…]

Starts a chain and two confidential workers, makes them a cluster, deploys contracts, pays someone in secret and stays up.

  --ready-file FILE  where to write what scripts need to know (JSON), once everything serves
  --base-port N      the node's port; the workers take the two after it (default 9944)
  --no-demo          leave the secret payment out
  --no-stay          end after the demo
`;

let options;
try {
  ({ values: options } = parseArgs({ options: {
    'ready-file': { type: 'string' }, 'base-port': { type: 'string', default: '9944' },
    'no-demo': { type: 'boolean' }, 'no-stay': { type: 'boolean' }, help: { type: 'boolean', short: 'h' },
  } }));
} catch (error) {
  console.error(`./dev up: ${error.message}\n\n${usage}`);
  process.exit(2);
}
if (options.help) {
  process.stdout.write(usage);
  process.exit(0);
}
const basePort = Number(options['base-port']);
if (!Number.isInteger(basePort) || basePort < 1 || basePort > 65_533) {
  console.error(`./dev up: --base-port takes a number from 1 to 65533, not "${options['base-port']}"`);
  process.exit(2);
}

const started = Date.now();
const progress = (text) => console.log(`${String(Math.round((Date.now() - started) / 1000)).padStart(5)} s  ${text}`);
const short = (hex, digits = 8) => `${hex.slice(0, 2 + digits)}…${hex.slice(-4)}`;
const color = process.stdout.isTTY ? (code, text) => `\x1b[${code}m${text}\x1b[0m` : (_, text) => text;
const bold = (text) => color(1, text);
const pha = (value) => `${value / PHA}`;

/** Words in lines of a width; what is longer than a line is cut. */
function wrap(text, width) {
  const lines = [''];
  for (const word of text.split(' ').flatMap((word) => word.match(new RegExp(`.{1,${width}}`, 'g')) ?? [''])) {
    const line = lines.at(-1);
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Texts side by side, each [title, paragraph…] in a column of its own. */
function sideBySide(...columns) {
  const width = Math.max(24, Math.min(36, Math.floor(((process.stdout.columns ?? 100) - 8) / columns.length)));
  const lines = columns.map(([title, ...paragraphs]) => [title, '─'.repeat(width), ...paragraphs.flatMap((text) => wrap(text, width))]);
  const height = Math.max(...lines.map((column) => column.length));
  for (let row = 0; row < height; ++row) {
    const cells = lines.map((column) => (column[row] ?? '').padEnd(width));
    console.log(`  ${(row === 0 ? cells.map(bold) : cells).join('  ').trimEnd()}`);
  }
}

function showPayment(seen) {
  console.log(`\n${bold(`Alice paid Bob ${pha(seen.amount)} token_a in secret`)}, in block ${seen.block}. Who sees what:\n`);
  sideBySide(
    ['Everybody, on the chain', `Alice sent contract ${short(seen.to)} these ${(seen.payload.length - 2) / 2} bytes:`, `${seen.payload.slice(0, 98)}…`,
      'They are encrypted: neither Bob nor the amount is in them.'],
    ['Bob, asking for his balance', `${pha(seen.owner)} token_a`],
    ["Charlie, asking for Bob's", `refused: ${seen.stranger}`],
  );
}

function showNetwork(network, up, readyFile) {
  const line = (name, text) => console.log(`  ${name.padEnd(10)} ${text}`);
  console.log(`\n${bold('It is up')}\n`);
  line('node', `${network.ws}   ${network.http}`);
  for (const worker of network.workers) line(`worker ${worker.index}`, `${worker.url}   ${worker.pubkey}`);
  line('cluster', up.cluster);
  for (const [name, { id }] of Object.entries(up.contracts)) line(name, id);
  line('accounts', `${names.map((name) => `//${name}`).join(' ')}: each has PHA on the chain and 100 PHA in the cluster`);
  line('logs', join(network.folder, '*.log'));
  line('scripts', readyFile);
}

function readyJson(network, up) {
  return {
    node: { ws: network.ws, http: network.http },
    workers: network.workers.map(({ url, pubkey }) => ({ url, pubkey })),
    cluster: up.cluster,
    systemContract: up.systemContract,
    logger: up.logger,
    contracts: Object.fromEntries(Object.entries(up.contracts).map(([name, { id, built }]) => [name, { id, metadata: built.file }])),
    accounts: Object.entries(up.pairs).map(([name, pair]) => ({ name, suri: `//${name}`, address: pair.address })),
  };
}

let network;
let ending;

/** Ends what was started, once; a second Ctrl-C does not wait. */
function end(code, { keep = false } = {}) {
  ending ??= (async () => {
    await network?.stop({ keep });
    process.exit(code);
  })();
  return ending;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (ending) process.exit(130);
    console.log('\nStopping …');
    end(finished && signal === 'SIGINT' ? 0 : 130);
  });
}

let finished = false;
async function main() {
  for (let port = basePort; port <= basePort + 2; ++port) await needPort(port);
  network = await Network.create({ basePort });
  const up = await bootstrap(network, { count: 2, progress });
  if (!options['no-demo']) showPayment(await secretPayment(up));
  const readyFile = resolve(options['ready-file'] ?? join(network.folder, 'ready.json'));
  writeFileSync(readyFile, `${JSON.stringify(readyJson(network, up), null, 2)}\n`);
  finished = true;
  if (options['no-stay']) {
    await up.api.disconnect();
    console.log(`\n${bold('All is well.')} Without --no-stay the network stays up.`);
    return end(0);
  }
  showNetwork(network, up, readyFile);
  console.log(`\n${bold('Next')}: look around with https://polkadot.js.org/apps/?rpc=${network.ws}\nor point @phala/sdk at the node. Ctrl-C ends it all.`);
  const dead = await Promise.race(network.programs.map((program) => program.ended.then(() => program)));
  if (ending) return ending;
  throw new Error(`${dead.name} ended by itself (${dead.exit}). Its last lines:\n${dead.tail()}`);
}

main().catch(async (error) => {
  if (ending) return;
  const inUse = /^port \d+ is in use/.test(error.message);
  console.error(`\n./dev up failed: ${error.message}`);
  if (inUse) console.error('End what uses it, or choose other ports with --base-port N.');
  else if (network) console.error(`The logs are in ${network.folder}`);
  await end(1, { keep: !inUse });
});
