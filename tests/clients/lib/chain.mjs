// What a client does on the chain: connect, sign, send, wait, and say in words why something failed.
import { within } from './network.mjs';

/** Text of a dispatch error, as users read it: Pallet.Name or the kind of the error. */
export function errorText(api, error) {
  if (error.isModule) {
    const { section, name } = api.registry.findMetaError(error.asModule);
    return `${section}.${name}`;
  }
  if (error.isToken || error.isArithmetic || error.isTransactional) return `${error.type}.${error.inner.type}`;
  return error.type;
}

export class DispatchFailed extends Error {}

/**
 * Signs (unless done), sends and waits until it is in a block, or final with {finalized: true}.
 * Resolves to {result, hash, blockHash, events, statuses, find(section, method)}. A failing dispatch rejects with DispatchFailed,
 * which carries the same. {failing: true} resolves nevertheless, with `error` as text.
 */
export async function send(api, tx, signer, { finalized = false, failing = false, timeout = 60_000, ...options } = {}) {
  const statuses = [];
  let stop;
  const sent = new Promise((done, fail) => {
    const heard = (result) => {
      statuses.push(result.status.type);
      if (result.isError && !result.dispatchError) fail(new Error(`transaction ${result.status.type}`));
      if (!(finalized ? result.status.isFinalized : result.isInBlock || result.status.isFinalized)) return;
      const blockHash = (result.status.isFinalized ? result.status.asFinalized : result.status.asInBlock).toHex();
      const events = result.events.map(({ event }) => event);
      const find = (section, method) => events.find((event) => event.section === section && event.method === method);
      const error = result.dispatchError && errorText(api, result.dispatchError);
      const outcome = { result, hash: result.txHash.toHex(), blockHash, events, statuses, find, error };
      if (!error || failing) done(outcome);
      else fail(Object.assign(new DispatchFailed(`${tx.method.section}.${tx.method.method} failed: ${error}`), outcome));
    };
    // without a signer the transaction is signed already
    const started = signer ? tx.signAndSend(signer, { nonce: -1, ...options }, heard) : tx.send(heard);
    started.then((unsubscribe) => { stop = unsubscribe; }, fail);
  });
  return within(`${tx.method.section}.${tx.method.method}`, sent, timeout).finally(() => stop?.());
}
