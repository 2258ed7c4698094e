// Requests: credentials, retries with the same idempotency key, and one method for each operation of the API.

import { Live } from './live.js';
import { OPERATIONS } from './operations.js';
import { randomId, sleep } from './platform.js';
import { Problem, UnknownOutcome } from './problem.js';

const KEY_PREFIX = 'sk_';
const RETRIED = new Set([429, 500, 502, 503, 504]);

/** A token is renewed this long before it expires. */
const RENEWAL_MILLIS = 60_000;

/** Bodies with one of these ids are idempotent without the header. */
const BODY_IDS = ['mutationId', 'submissionId', 'matchId'];

const DEFAULTS = {
  attempts: 6,
  deadlineMillis: 60_000,
  timeoutMillis: 15_000,
  firstPauseMillis: 250,
  longestPauseMillis: 20_000,
};

export class Client {
  #options;
  #token;
  #exchanged;
  #live;

  /** See ClientOptions in statecraft.d.ts. */
  constructor(options) {
    const base = new URL(options.url, globalThis.document?.baseURI);
    base.pathname = base.pathname.replace(/\/*$/, '/');
    this.#options = {
      ...DEFAULTS,
      fetch: (...request) => globalThis.fetch(...request),
      random: Math.random,
      sleep,
      WebSocket: globalThis.WebSocket,
      clientId: 'js-' + randomId().slice(0, 8),
      ...options,
      url: base,
    };
    this.#live = new Live(this, this.#options);
  }

  /** A replica of a space. Replicas of one client share one connection. The same space returns the same replica. */
  replica(space) {
    return this.#live.replica(space);
  }

  /** Closes all replicas and their connection. */
  close() {
    this.#live.close();
  }

  /** Whether changes arrive: the socket is open, or the last long poll succeeded. */
  get connected() {
    return this.#live.connected;
  }

  /** Calls `listener` when `connected` changes. Returns a function that removes the listener. */
  onStatus(listener) {
    return this.#live.onStatus(listener);
  }

  /** Discards tokens and opens the connection again, for example after the credential was changed. */
  reconnect() {
    this.forgetTokens();
    this.#live.reconnect();
  }

  /** Discards tokens; the next request gets a new one. */
  forgetTokens() {
    this.#token = undefined;
    this.#exchanged = undefined;
  }

  /** Sends an operation of the API by its operationId. The methods of the client call it. */
  async call(name, input = {}, options = {}) {
    const operation = OPERATIONS[name];
    const path = operation.path.replace(/\{([^}]*)\}/g, (all, parameter) => {
      if (input[parameter] === undefined || input[parameter] === null) {
        throw new TypeError(`${name} needs ${parameter}.`);
      }
      return encodeURIComponent(input[parameter]);
    });
    const query = Object.fromEntries(operation.query.map((parameter) => [parameter, input[parameter]]));
    const headers = Object.fromEntries(operation.headers
      .filter((header) => input[header] !== undefined).map((header) => [header, input[header]]));
    const key = operation.keyed && !isIdempotent(input.body) ? options.idempotencyKey ?? randomId() : undefined;
    return this.request(operation.method, path, {
      ...options, query, headers, body: input.body, idempotencyKey: key, repeatable: true,
      changes: operation.changes && !(name === 'sync' && !input.body?.updates?.length),
    });
  }

  /**
   * Sends a request. It is repeated after a network error, a timeout, 429 and 5xx if it is `repeatable`: by default
   * every method but POST, and a POST with an `idempotencyKey`.
   *
   * @return the JSON of the response; null if it has no body
   */
  async request(method, path, options = {}) {
    const {
      query = {}, headers = {}, body, signal, idempotencyKey, onResponse, type = 'application/json',
      changes = method !== 'GET', repeatable = method !== 'POST' || idempotencyKey !== undefined,
    } = options;
    const url = new URL(path.replace(/^\/+/, ''), this.#options.url);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== null && value !== '') {
        url.searchParams.set(name, value);
      }
    }
    const init = { method, headers: { Accept: 'application/json, application/problem+json', ...headers } };
    if (body !== undefined) {
      init.headers['Content-Type'] = type;
      init.body = JSON.stringify(body);
    }
    if (idempotencyKey) {
      init.headers['Idempotency-Key'] = idempotencyKey;
    }
    const timeoutMillis = this.#options.timeoutMillis + (body?.waitMillis ?? query.waitMillis ?? 0);
    const end = Date.now() + this.#options.deadlineMillis;
    let unknown = false;
    let renewed = false;
    for (let attempt = 1; ; attempt++) {
      let failure;
      let pauseMillis = this.#pauseMillis(attempt);
      const credential = path === '/v1/tokens' ? await this.#key() : await this.#credential();
      if (credential) {
        init.headers.Authorization = 'Bearer ' + credential;
      }
      signal?.throwIfAborted();
      try {
        const response = await this.#send(url, init, timeoutMillis, signal);
        if (response.ok || response.status === 304) {
          onResponse?.({ status: response.status, headers: response.headers });
          return response.content ?? null;
        }
        failure = new Problem({ status: response.status, ...response.content });
        if (response.status === 401 && !renewed && this.#options.token instanceof Function) {
          renewed = true;
          this.forgetTokens();
          continue;
        }
        if (!RETRIED.has(response.status)) {
          throw failure;
        }
        // A gateway also answers 503 for a request that it has forwarded; it does not send problems.
        unknown ||= !response.isProblem || response.status === 500 || response.status === 504;
        pauseMillis = Math.max(pauseMillis, retryAfterMillis(response.headers.get('Retry-After')));
      } catch (e) {
        if (e === failure) {
          throw e;
        }
        signal?.throwIfAborted();
        unknown = true;
        failure = new Problem({ status: 0, title: 'The server cannot be reached.' }, { cause: e });
      }
      if (!repeatable || attempt >= this.#options.attempts || Date.now() + pauseMillis > end) {
        throw changes && unknown ? new UnknownOutcome(idempotencyKey ?? bodyId(body), { cause: failure }) : failure;
      }
      await this.#options.sleep(pauseMillis, signal);
    }
  }

  /** The token with which a socket is opened; undefined without a credential. A key is exchanged for a token. */
  async socketToken() {
    const credential = await this.#credential();
    if (!credential?.startsWith(KEY_PREFIX)) {
      return credential;
    }
    if (!isFresh(this.#exchanged) || this.#exchanged.key !== credential) {
      this.#exchanged = { ...await this.call('createToken'), key: credential };
    }
    return this.#exchanged.token;
  }

  async #send(url, init, timeoutMillis, signal) {
    const control = new AbortController();
    const abort = () => control.abort(signal.reason);
    const timer = setTimeout(() => control.abort(new Error(`No response within ${timeoutMillis} ms.`)), timeoutMillis);
    signal?.addEventListener('abort', abort);
    try {
      const response = await this.#options.fetch(url, { ...init, cache: 'no-store', signal: control.signal });
      const text = await response.text();
      const isProblem = (response.headers.get('Content-Type') ?? '').startsWith('application/problem+json');
      let content;
      try {
        content = text ? JSON.parse(text) : undefined;
      } catch (e) {
        if (response.ok) {
          throw e;
        }
      }
      return { ok: response.ok, status: response.status, headers: response.headers, content, isProblem };
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Exponential, with a random part so that the clients of an outage do not come back at the same time. */
  #pauseMillis(attempt) {
    const { firstPauseMillis, longestPauseMillis, random } = this.#options;
    return Math.min(longestPauseMillis, firstPauseMillis * 2 ** (attempt - 1)) * (0.5 + random() / 2);
  }

  async #key() {
    return this.#options.key instanceof Function ? this.#options.key() : this.#options.key ?? this.#credential();
  }

  async #credential() {
    const { token } = this.#options;
    if (!(token instanceof Function)) {
      return token ?? (this.#options.key === undefined ? undefined : this.#key());
    }
    if (!isFresh(this.#token)) {
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
}

for (const name of Object.keys(OPERATIONS)) {
  Client.prototype[name] = function (input, options) {
    return this.call(name, input, options);
  };
}

function isFresh(held) {
  return Boolean(held?.token) && !(Date.parse(held.expiresAt) - Date.now() < RENEWAL_MILLIS);
}

function bodyId(body) {
  return BODY_IDS.map((name) => body?.[name]).find((id) => id !== undefined);
}

function isIdempotent(body) {
  const updates = body?.updates;
  return bodyId(body) !== undefined || (Array.isArray(updates) && updates.every((update) => update.mutationId));
}

function retryAfterMillis(header) {
  const seconds = Number(header);
  return header && Number.isFinite(seconds) ? seconds * 1000 : 0;
}
