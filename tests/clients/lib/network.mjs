// Processes of a network of our own: a node and workers on free ports, in one temporary folder, ended with us.
import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const build = process.env.PHALA_BUILD ?? join(root, 'build/dev');
const wasm = process.env.PHALA_WASM ?? join(root, 'build/wasm');
/** Where contracts compiled by ink! are, if they were built: tools/build_ink_contracts.sh tells. */
export const inkContracts = process.env.PHALA_INK_CONTRACTS;

export const paths = {
  build,
  cli: join(build, 'src/cli/phala'),
  node: join(build, 'src/node/phala-node'),
  worker: join(build, 'src/worker/phala-worker'),
  runtime: join(wasm, 'khala_runtime.wasm'),
  contractCode: (name) => join(wasm, 'contracts', `${name}.wasm`),
  contract: (name) => name.endsWith('.contract') ? name : join(/^ink\d_/.test(name) ? inkContracts : join(build, 'contracts'), `${name}.contract`),
};

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Asks until the answer is not null, undefined or false. An error of the last try becomes the cause. */
export async function until(what, ask, { timeout = 60_000, every = 250 } = {}) {
  const end = Date.now() + timeout;
  for (let cause; ; await sleep(every)) {
    try {
      const answer = await ask();
      if (answer !== null && answer !== undefined && answer !== false) return answer;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (Date.now() > end)
      throw new Error(`${what} did not happen within ${timeout / 1000} s${cause ? `: ${cause.message}` : ''}`, { cause });
  }
}

export function within(what, promise, timeout = 60_000) {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(`${what} took more than ${timeout / 1000} s`)), timeout);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function listen(port) {
  return new Promise((done, fail) => {
    const server = createServer().once('error', fail);
    server.listen(port, '127.0.0.1', () => {
      const taken = server.address().port;
      server.close(() => done(taken));
    });
  });
}

export const freePort = () => listen(0);

/** Fails with a text for people where a port cannot be had. */
export async function needPort(port) {
  try {
    await listen(port);
  } catch (error) {
    throw new Error(error.code === 'EADDRINUSE' ? `port ${port} is in use` : `port ${port} cannot be used: ${error.message}`, { cause: error });
  }
}

const alive = new Set();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

// a signal that nobody else handles would end us without that
for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]]) {
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) process.exit(code);
  });
}

/** A program that runs, with all it wrote kept in a file and its last lines in memory. */
export class Program {
  constructor(name, program, args, logFile, env = {}) {
    if (!existsSync(program)) throw new Error(`${program} is not built; run ./dev build`);
    this.name = name;
    this.logFile = logFile;
    this.lines = [];
    this.waiting = [];
    this.child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    alive.add(this.child);
    const log = createWriteStream(logFile, { flags: 'a' });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      let rest = '';
      stream.setEncoding('utf8').on('data', (text) => {
        log.write(text);
        const lines = (rest + text).split('\n');
        rest = lines.pop();
        for (const line of lines) this.#heard(line);
      });
    }
    this.ended = new Promise((done) => {
      this.child.once('error', (error) => this.#heard(error.message));
      this.child.once('close', (code, signal) => {
        alive.delete(this.child);
        this.exit = signal ?? code;
        log.end();
        for (const { fail } of this.waiting.splice(0)) fail(this.#failure(`ended with ${this.exit}`));
        done(this.exit);
      });
    });
  }

  #heard(line) {
    this.lines.push(line);
    if (this.lines.length > 400) this.lines.shift();
    this.waiting = this.waiting.filter(({ pattern, done }) => {
      const match = line.match(pattern);
      if (match) done(match);
      return !match;
    });
  }

  #failure(what) {
    return new Error(`${this.name} ${what}. Its last lines (all: ${this.logFile}):\n${this.tail()}`);
  }

  tail(count = 12) {
    return this.lines.slice(-count).map((line) => `    ${line}`).join('\n');
  }

  /** The match of the first line that fits, from those so far and to come. */
  line(pattern, timeout = 60_000) {
    for (const line of this.lines) {
      const match = line.match(pattern);
      if (match) return Promise.resolve(match);
    }
    if (this.exit !== undefined) return Promise.reject(this.#failure(`ended with ${this.exit}`));
    const heard = new Promise((done, fail) => this.waiting.push({ pattern, done, fail }));
    return within(`"${pattern.source}" from ${this.name}`, heard, timeout).catch((error) => {
      throw this.exit === undefined ? this.#failure(error.message) : error;
    });
  }

  /** Ends it and waits until it is gone; what does not end by itself is killed after a while. */
  async stop(signal = 'SIGTERM') {
    if (this.exit !== undefined) return this.exit;
    this.child.kill(signal);
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 15_000);
    const exit = await this.ended;
    clearTimeout(timer);
    return exit;
  }
}

export class Network {
  /** `basePort`: the node takes it and worker i takes basePort + i; without it free ports are taken. */
  static async create({ basePort, sealing = 'interval', log = 'info', folder, workerArgs = [] } = {}) {
    const network = new Network();
    network.folder = folder ?? mkdtempSync(join(tmpdir(), 'phala-network-'));
    network.basePort = basePort;
    network.sealing = sealing;
    network.log = log;
    network.workerArgs = workerArgs;
    network.workers = [];
    return network;
  }

  async #port(offset) {
    if (this.basePort === undefined) return freePort();
    await needPort(this.basePort + offset);
    return this.basePort + offset;
  }

  async startNode(extra = []) {
    this.nodePort ??= await this.#port(0);
    const args = ['--dev', '--blob', paths.runtime, '--base-path', join(this.folder, 'node'), '--rpc-port', String(this.nodePort),
      '--rpc-cors', 'all', '--sealing', this.sealing, '--log', this.log, ...extra];
    this.node = new Program('phala-node', paths.node, args, join(this.folder, 'node.log'));
    await this.node.line(/rpc +ws:\/\//, 120_000);
    return this.node;
  }

  get ws() { return `ws://127.0.0.1:${this.nodePort}`; }
  get http() { return `http://127.0.0.1:${this.nodePort}`; }

  /** A JSON-RPC request to the node by HTTP: its result, or an Error in words. */
  async call(method, params = []) {
    const response = await fetch(this.http, {
      method: 'POST',
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      headers: { 'content-type': 'application/json' },
    });
    const { result, error } = await response.json();
    if (error) throw new Error(`${error.code}: ${error.message}: ${error.data ?? ''}`);
    return result;
  }

  /** Starts worker `index` (from 1), again where it ran before: with its port and its data; `fault` names where it is to die. */
  async startWorker(index, { fault = '' } = {}) {
    const before = this.workers[index - 1];
    const port = before?.port ?? await this.#port(index);
    const data = join(this.folder, `worker-${index}`);
    mkdirSync(data, { recursive: true });
    const args = ['--node', this.ws, '--data', data, '--port', String(port), '--payer', `//worker//${index}`, '--log', this.log,
      '--private-port', '0', ...this.workerArgs];
    const program = new Program(`worker ${index}`, paths.worker, args, join(this.folder, `worker-${index}.log`), { PHALA_FAULT: fault });
    const worker = { ...before, index, port, data, program, url: `http://127.0.0.1:${port}` };
    this.workers[index - 1] = worker;
    [, worker.operatorUrl] = await program.line(/serving the operator on (\S+)/, 120_000);
    return worker;
  }

  get programs() {
    return [...this.workers.map((worker) => worker.program), this.node].filter(Boolean);
  }

  /** Everything the processes wrote to their logs. */
  logs() {
    return this.programs.map((program) => readFileSync(program.logFile, 'utf8')).join('\n');
  }

  /** Workers first, so that none complains about its lost node. */
  async stop({ keep = false } = {}) {
    await Promise.all(this.workers.map((worker) => worker.program.stop()));
    await this.node?.stop();
    if (!keep) rmSync(this.folder, { recursive: true, force: true });
  }

  /** Shows the ends of all logs: for tests that failed. */
  dump() {
    for (const program of this.programs) console.error(`--- ${program.name} (exit: ${program.exit ?? 'runs'})\n${program.tail(40)}`);
  }
}
