// The worker's HTTP interface spoken from its own description, for what the SDK does not know or does not show.
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { root, until } from './network.mjs';

const folder = join(root, 'src/worker/api');
const types = protobuf.loadSync([join(folder, 'pruntime.proto'), join(folder, 'prpc.proto')]);
const type = (name) => types.lookupType(name);

/** One request as bytes. Resolves to {status, body}. */
export async function post(url, method, body = new Uint8Array(), headers = {}) {
  const response = await fetch(`${url}/prpc/PhactoryAPI.${method}`, {
    method: 'POST', body, headers: { 'Content-Type': 'application/octet-stream', ...headers }, signal: AbortSignal.timeout(30_000),
  });
  return { status: response.status, headers: response.headers, body: new Uint8Array(await response.arrayBuffer()) };
}

export const errorOf = (body) => type('prpc.PrpcError').decode(body).message;
export const encodeQuery = (request) => type('pruntime_rpc.ContractQueryRequest').encode(request).finish();

/** {root, global}: roots of different workers can be compared where global is equal (spec decisions §4.8). */
export async function clusterState(worker) {
  const { status, body } = await post(worker.url, 'GetClusterInfo');
  if (status !== 200) throw new Error(`GetClusterInfo: ${status}`);
  const { info } = type('pruntime_rpc.GetClusterInfoResponse').decode(body);
  return { root: info.stateRoot, global: Number(info.processedGlobal) };
}

export async function workerInfo(worker) {
  const { body } = await post(worker.url, 'GetInfo');
  const info = type('pruntime_rpc.PhactoryInfo').decode(body);
  return {
    blocknum: info.blocknum, root: info.stateRoot, global: Number(info.processedGlobal), publicKey: info.publicKey,
    maxRuntime: info.maxSupportedPinkRuntimeVersion, isGatekeeper: info.system.gatekeeper.role === 2,
  };
}

/** Whether the worker has a cluster. */
export const serves = async (worker) => Boolean((await clusterState(worker).catch(() => null))?.root);

/** What the worker answers to GetInfo, as bytes, with some fields changed. */
export async function infoWith(worker, changed) {
  const { body } = await post(worker.url, 'GetInfo');
  const info = type('pruntime_rpc.PhactoryInfo');
  return info.encode({ ...info.decode(body), ...changed }).finish();
}

export const decodeQueryResponse = (body) => type('pruntime_rpc.ContractQueryResponse').decode(body);

/** The state of the cluster on all workers, once they stand at the same message. */
export function commonState(workers, timeout = 60_000) {
  return until('all workers at the same message', async () => {
    const states = await Promise.all(workers.map(clusterState));
    return states.every((state) => state.global === states[0].global) && states;
  }, { timeout, every: 200 });
}
