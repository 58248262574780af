// The reference's contracts as it publishes them: a folder of .contract files. What is wrong with such a file is told by name.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Abi } from '@polkadot/api-contract';
import { blake2AsHex } from '@polkadot/util-crypto';
import { inkContracts, paths } from './network.mjs';

// What each must have, by label and selector (spec contract-engine §3.5, §6.4). `newer`: only in later builds.
const kContracts = {
  system: { constructors: { default: 'ed4b9d1b' }, messages: { owner: 'feaea4fa' } },
  flip: {
    constructors: { new: '9bae9d5e' },
    messages: { flip: '633aa551', get: '2f865bd9' },
    newer: { echo: 'f7dff04c' },
  },
  check_system: {
    constructors: { default: 'ed4b9d1b' },
    messages: {
      on_block_end_called: '80069dcf', set_flag: 'e777292d', flag: 'e5fe2fee', set_hook: 'b9f71bfd', on_block_end: '00000001',
      start_sidevm: '1e37db50', cache_set: 'c7524fb9', cache_set_expiration: 'a919bfc8', cache_get: '96e42b5e', cache_remove: '3e2793dc',
      parse_usd: 'afead99e', eval_js: 'f32e54c5', runtime_version: 'f45c0c89', batch_http_get: '40ab184c', http_get: 'fcc914a7',
      deploy_paid_sidevm: 'c87d599b', calc_paid_sidevm_price: '2043cce2', system_contract_version: 'c3592f3f', pink_eval_js: 'bc835457',
      direct_balance_of: 'b487a811', free_balance_of: 'e71f4416', total_balance_of: '94d965d4',
    },
    newer: {
      init_fail: '35391d84', init_panic: '15c6e878', sr25519_derive_key: '204fef4a', sr25519_get_public_key: 'b6ddbe52', sr25519_sign: '0bb76c33',
      sr25519_verify: '9896572a', getrandom: '89fd04ab', is_in_transaction: '8e7357da', ecdsa_sign_prehashed: '351e8a7c', ecdsa_verify_prehashed: '47ca1683',
      timestamp: '2e008839', worker_pubkey: '06581136', code_exists: 'c3c07e1e', event_chain_head: '64e33d0f', call_chain_ext: '38d6505c', log: '32626d70',
    },
  },
};
export const publishedNames = Object.keys(kContracts);

const kMagic = '0x0061736d01000000';

/** Constructors and messages of any generation of the format (spec contract-engine §3.4), as {label: selector}. */
function entries(spec, kind, bad) {
  if (!Array.isArray(spec?.[kind])) throw bad(`spec.${kind} is no list`);
  return Object.fromEntries(spec[kind].map((entry) => {
    const label = entry.label ?? (Array.isArray(entry.name) ? entry.name.join('::') : entry.name);
    if (typeof label !== 'string' || !/^0x[0-9a-f]{8}$/i.test(entry.selector)) throw bad(`spec.${kind} has an entry without name or selector`);
    return [label, entry.selector.toLowerCase()];
  }));
}

/** {file, json, code, codeHash, selectors} of one of them; throws, and names the file, where anything is not as it must be. */
export function readPublished(folder, name) {
  const file = join(folder, `${name}.contract`);
  const bad = (what) => new Error(`${file}: ${what}`);
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw bad(error.code === 'ENOENT' ? `no such file; the folder must hold ${publishedNames.map((one) => `${one}.contract`).join(', ')}` : error.message);
  }
  let json;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw bad(`no JSON (${error.message}): the file is damaged`);
  }
  const { wasm, hash } = json.source ?? {};
  if (typeof wasm !== 'string' || !/^0x([0-9a-f]{2})*$/i.test(wasm)) throw bad('source.wasm is no hex: the file is damaged, or metadata without code');
  if (!wasm.startsWith(kMagic)) throw bad('source.wasm is no WebAssembly module');
  const codeHash = blake2AsHex(wasm);
  if (codeHash !== hash) throw bad(`source.wasm hashes to ${codeHash}, but source.hash says ${hash}: the file is damaged`);
  const generation = json.V3 ?? json;
  if (json.V3 === undefined && json.metadataVersion !== '0.1.0' && json.version !== '4' && json.version !== 5)
    throw bad(`metadata of version ${json.version ?? json.metadataVersion}; 0.1.0, V3, 4 and 5 can be read`);
  const selectors = { ...entries(generation.spec, 'constructors', bad), ...entries(generation.spec, 'messages', bad) };
  const { constructors, messages, newer = {} } = kContracts[name];
  for (const [label, selector] of Object.entries({ ...constructors, ...messages, ...newer })) {
    if (selectors[label] === undefined && label in newer) continue;
    if (selectors[label] !== `0x${selector}`) throw bad(`${label} must have the selector 0x${selector}, but ${selectors[label] ? `has ${selectors[label]}` : 'is not there'}`);
  }
  return { name, file, json, code: wasm, codeHash, selectors };
}

/** The same for what uses its messages by name, as loadContract() gives it. */
export function loadPublished(folder, name, api) {
  const read = readPublished(folder, name);
  return { ...read, abi: new Abi(read.json, api.registry.getChainProperties()) };
}

/**
 * Such a folder of contracts of ours, in the shapes in which the reference's stand: V3 for flip, from ink! where that was
 * built, and 4 for the others; check_system without what only later builds have.
 */
export function writePublished(folder) {
  mkdirSync(folder, { recursive: true });
  const built = (name) => JSON.parse(readFileSync(paths.contract(name), 'utf8'));
  const write = (name, json) => writeFileSync(join(folder, `${name}.contract`), JSON.stringify(json, null, 2));
  write('system', built('system'));
  const { source, contract, spec, storage, types } = built(inkContracts ? 'ink4_flipper' : 'flipper');
  write('flip', { source, contract, V3: { spec, storage, types } });
  const checker = built('check_system');
  const { newer } = kContracts.check_system;
  for (const kind of ['constructors', 'messages']) checker.spec[kind] = checker.spec[kind].filter(({ label }) => !(label in newer));
  write('check_system', checker);
  return folder;
}
