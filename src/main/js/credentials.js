// Credentials: keys and tokens, their renewal, and signatures of requests.

import { hex, randomId, webCrypto } from './platform.js';

const KEY_PREFIX = 'sk_';

/** A token is renewed this long before it expires. */
const RENEWAL_MILLIS = 60_000;

const UTF8 = new TextEncoder();

const sha256 = async (text) => hex(new Uint8Array(await webCrypto.subtle.digest('SHA-256', UTF8.encode(text))));

/**
 * The `Authorization` of a request that is signed with a key, which is not sent itself.
 *
 * @param request `method`, `url` as it is sent, `body` as text; `timestamp` in seconds and `nonce` are those of now
 */
export async function signature(key, request) {
  const { method, url, body = '', timestamp = Math.floor(Date.now() / 1000), nonce = randomId() } = request;
  const { pathname, search } = new URL(url);
  const id = key.split('_')[1];
  const content = await sha256(body);
  const text = ['HMAC-SHA256', id, timestamp, nonce, method, pathname, search.slice(1), content].join('\n');
  const secret = await webCrypto.subtle.importKey(
    'raw', UTF8.encode(await sha256(key)), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const signed = hex(new Uint8Array(await webCrypto.subtle.sign('HMAC', secret, UTF8.encode(text))));
  return `HMAC-SHA256 keyId=${id},timestamp=${timestamp},nonce=${nonce},content=${content},signature=${signed}`;
}

export class Credentials {
  #options;
  #createToken;
  #token;
  #exchanged;
  #clockMillis = 0;

  /** @param createToken exchanges the key for a token */
  constructor(options, createToken) {
    this.#options = options;
    this.#createToken = createToken;
  }

  /** Discards tokens; the next request gets a new one. */
  forget() {
    this.#token = undefined;
    this.#exchanged = undefined;
  }

  /** The `Authorization` of one attempt of a request; undefined without a credential. */
  async authorization(path, request) {
    const credential = path === '/v1/tokens' ? await this.#key() : await this.#current();
    if (!credential) {
      return undefined;
    }
    const timestamp = Math.floor((this.#options.now() + this.#clockMillis) / 1000);
    return this.#options.signed && credential.startsWith(KEY_PREFIX)
      ? signature(credential, { ...request, timestamp })
      : 'Bearer ' + credential;
  }

  /** Whether a request that was refused with 401 may succeed with a new token, or with the time of the server. */
  renew(problem) {
    const serverTime = Date.parse(problem.body.serverTime);
    if (this.#options.signed && !Number.isNaN(serverTime)) {
      this.#clockMillis = serverTime - this.#options.now();
      return true;
    }
    if (this.#options.token instanceof Function) {
      this.forget();
      return true;
    }
    return false;
  }

  /** The token with which a socket is opened; undefined without a credential. A key is exchanged for a token. */
  async socketToken() {
    const credential = await this.#current();
    if (!credential?.startsWith(KEY_PREFIX)) {
      return credential;
    }
    if (!this.#isFresh(this.#exchanged) || this.#exchanged.key !== credential) {
      this.#exchanged = { ...await this.#createToken(), key: credential };
    }
    return this.#exchanged.token;
  }

  async #key() {
    return this.#options.key instanceof Function ? this.#options.key() : this.#options.key ?? this.#current();
  }

  async #current() {
    const { token } = this.#options;
    if (!(token instanceof Function)) {
      return token ?? (this.#options.key === undefined ? undefined : this.#key());
    }
    if (!this.#isFresh(this.#token)) {
      // Concurrent requests share one renewal.
      this.#token = { renewal: this.#token?.renewal ?? Promise.resolve(token()) };
      const { renewal } = this.#token;
      try {
        const got = await renewal;
        this.#token = typeof got === 'string' ? { token: got } : got;
      } catch (e) {
        this.#token = undefined;
        throw e;
      }
    }
    return this.#token.token;
  }

  #isFresh(held) {
    return Boolean(held?.token) && !(Date.parse(held.expiresAt) - this.#options.now() < RENEWAL_MILLIS);
  }
}
