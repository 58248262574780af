// A query made by hand, for what the SDK does not send.
import { generatePair, phalaTypes } from '@phala/sdk';
import { hexToU8a, stringToHex, u8aConcat, u8aToHex } from '@polkadot/util';
import { randomAsHex, randomAsU8a, sr25519Agreement } from '@polkadot/util-crypto';
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { decodeQueryResponse, encodeQuery, errorOf, post } from './worker_api.mjs';

const kTag = 16;

export class Query {
  constructor(worker, contract) {
    this.worker = worker;
    this.contract = contract;
    this.nonce = randomAsHex(32);
  }

  /** Sends the query without a signature. Resolves to the InkResponse; rejects with the worker's error. */
  async ask(data) {
    const plain = phalaTypes.createType('InkQuery', { head: { id: this.contract, nonce: this.nonce }, data }).toU8a();
    const [secret, pubkey] = generatePair();
    const key = sr25519Agreement(secret, hexToU8a(this.worker.pubkey));
    const iv = randomAsU8a(12);
    const cipher = createCipheriv('aes-256-gcm', key, iv);
    const sealed = u8aConcat(cipher.update(plain), cipher.final(), cipher.getAuthTag());
    const encodedEncryptedData = phalaTypes.createType('EncryptedData', { iv: u8aToHex(iv), pubkey: u8aToHex(pubkey), data: u8aToHex(sealed) }).toU8a();
    const { status, body } = await post(this.worker.url, 'ContractQuery', encodeQuery({ encodedEncryptedData }));
    if (status !== 200) throw new Error(`${status}: ${errorOf(body)}`);
    const answer = phalaTypes.createType('EncryptedData', decodeQueryResponse(body).encodedEncryptedData);
    const bytes = answer.data.toU8a(true);
    const decipher = createDecipheriv('aes-256-gcm', key, answer.iv.toU8a(true));
    decipher.setAuthTag(bytes.slice(-kTag));
    return phalaTypes.createType('InkResponse', u8aConcat(decipher.update(bytes.slice(0, -kTag)), decipher.final()));
  }

  /** What the log server answers to a request that the SDK would not make. */
  async sidevm(request) {
    const response = await this.ask({ SidevmMessage: stringToHex(JSON.stringify(request)) });
    return JSON.parse(Buffer.from(response.result.asOk.asInkMessageReturn.toU8a(true)).toString());
  }
}
