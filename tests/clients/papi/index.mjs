import { getWsProvider } from 'polkadot-api/ws';
import { WebSocket } from 'ws';

export * from 'polkadot-api';
export { getPolkadotSigner } from 'polkadot-api/signer';

const newApi = /^(chainHead|chainSpec|transaction|transactionWatch|archive)_v1/;

/**
 * A provider that collects in `sent` the methods it calls. {oldApi: true} hides the new methods in what the node says it has,
 * as a node that has none would.
 */
export function provider(url, { sent, oldApi = false }) {
  class Socket extends WebSocket {
    send(text) {
      sent.add(JSON.parse(text).method);
      super.send(text);
    }

    addEventListener(type, heard, options) {
      if (!oldApi || type !== 'message') return super.addEventListener(type, heard, options);
      return super.addEventListener(type, (event) => {
        const message = JSON.parse(event.data);
        if (!Array.isArray(message.result?.methods)) return heard(event);
        const methods = message.result.methods.filter((name) => !newApi.test(name));
        return heard({ data: JSON.stringify({ ...message, result: { ...message.result, methods } }) });
      }, options);
    }
  }
  return getWsProvider(url, { websocketClass: Socket });
}

/** Whether a method is of the new API. */
export const isNew = (method) => newApi.test(method);
