#!/usr/bin/env node
// Our workloads beside a peer's.
//   compare.mjs PROGRAM          measures, and prints both sides with ratios. The peer is the program that the
//                                environment variable PHALA_PEER_BENCH names: it takes the same options and, with
//                                --json, prints the same lines. Without it the recorded medians stand for the peer.
//   compare.mjs --check PROGRAM  runs each workload once and compares what it computed with what peers computed
// Exit code 1 where a checksum differs: such a time means nothing.
import { execFileSync } from 'node:child_process';
import { recorded } from './peers.mjs';

const perUnit = { ns: 1, us: 1000, 'µs': 1000 };
const run = (program, ...options) =>
  execFileSync(program, options, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 24 })
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .map(({ name, unit, median, checksum }) => [name, { ns: median * perUnit[unit.split('/')[0]], per: unit.split('/')[1], checksum }]);

const check = process.argv[2] === '--check';
const program = process.argv[check ? 3 : 2];
const peer = process.env.PHALA_PEER_BENCH;
const ours = new Map(run(program, ...(check ? ['--repeat', '1'] : [])));
const measured = peer && !check ? new Map(run(peer, '--json', '--only', [...ours.keys()].join(','))) : undefined;

let differ = 0;
const row = (...cells) =>
  console.log(cells.map((cell, i) => (i === 0 ? cell.padEnd(26) : cell.padStart(14))).join(''));
if (!check) {
  console.log(`Median times. The peer: ${measured ? peer : 'medians recorded on another machine; set PHALA_PEER_BENCH to measure one here'}\n`);
  row('workload', 'ours', 'peer', 'peer/ours');
}
for (const [name, { ns, per, checksum }] of ours) {
  const [recordedNs, expected] = recorded[name];
  const theirs = measured?.get(name) ?? { ns: recordedNs, checksum: expected };
  if (checksum !== theirs.checksum) {
    differ += 1;
    console.log(`${name}: computed ${checksum}, peers ${theirs.checksum}`);
  } else if (!check) {
    const time = (value) => (value >= 1000 ? `${(value / 1000).toFixed(2)} µs` : `${value.toFixed(1)} ns`);
    row(`${name} (${per})`, time(ns), time(theirs.ns), `${(theirs.ns / ns).toFixed(2)}x`);
  }
}
if (check) console.log(`${ours.size} workloads, ${differ} with another result than peers`);
process.exit(differ === 0 && ours.size > 0 ? 0 : 1);
