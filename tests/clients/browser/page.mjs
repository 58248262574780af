// The page of browser.test.mjs: asks a contract in private with the SDK's browser build, as a dapp would.
import { OnChainRegistry, PinkContractPromise, options, signCertificate } from '@phala/sdk';
import { ApiPromise, Keyring, WsProvider } from '@polkadot/api';
import { cryptoWaitReady } from '@polkadot/util-crypto';

const show = (id, text) => { document.getElementById(id).textContent = text; };

async function main() {
  const { ws, worker, cluster, contract, abi } = await (await fetch('/network.json')).json();
  await cryptoWaitReady();
  const api = await ApiPromise.create(options({ provider: new WsProvider(ws), noInitWarn: true }));
  const registry = await OnChainRegistry.create(api, { clusterId: cluster, pruntimeURL: worker });
  const token = new PinkContractPromise(api, registry, abi, contract, await registry.getContractKeyOrFail(contract));
  const keyring = new Keyring({ type: 'sr25519', ss58Format: 30 });
  for (const name of ['Alice', 'Bob']) {
    const cert = await signCertificate({ pair: keyring.addFromUri(`//${name}`) });
    const { output } = await token.query.balanceOf(cert.address, { cert }, keyring.addFromUri('//Alice').address);
    const answer = output.asOk;
    show(name, answer.isOk ? answer.asOk.toString() : answer.asErr.toString());
  }
  await api.disconnect();
  show('state', 'done');
}

main().catch((error) => show('state', `failed: ${error.stack ?? error}`));
