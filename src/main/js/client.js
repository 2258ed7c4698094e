// Requests: credentials, retries with the same idempotency key, and one method for each operation of the API.

import { Credentials } from './credentials.js';
import { Live } from './live.js';
import { OPERATIONS } from './operations.js';
import { pauseMillis, randomId, sleep } from './platform.js';
import { Problem, UnknownOutcome } from './problem.js';

const RETRIED = new Set([429, 500, 502, 503, 504]);

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
  #credentials;
  #live;

  /** See ClientOptions in statecraft.d.ts. */
  constructor(options) {
    const base = new URL(options.url, globalThis.document?.baseURI);
    base.pathname = base.pathname.replace(/\/*$/, '/');
    this.#options = {
      ...DEFAULTS,
      fetch: (...request) => globalThis.fetch(...request),
      random: Math.random,
      now: Date.now,
      sleep,
      WebSocket: globalThis.WebSocket,
      clientId: 'js-' + randomId().slice(0, 8),
      ...options,
      url: base,
    };
    this.#credentials = new Credentials(this.#options, () => this.call('createToken'));
    this.#live = new Live(this, this.#options);
  }

  /** A replica of a space. Replicas of one client share one connection. The same space returns the same replica. */
  replica(space) {
    return this.#live.replica(space);
  }

  /** A replica of the entities that are replicated to a player. A client follows one player. */
  playerReplica(playerId) {
    return this.#live.playerReplica(playerId);
  }

  /** Starts the session of an entity, and waits while another server has it. See SessionOptions in statecraft.d.ts. */
  openSession(entityId, options) {
    return this.#live.openSession(entityId, options);
  }

  /** Closes all replicas and their connection. Sessions receive no more heartbeats; end them first. */
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
    this.#credentials.forget();
  }

  /** Sends an operation of the API by its operationId. The methods of the client call it. */
  async call(name, input = {}, options = {}) {
    const operation = OPERATIONS[name];
    const path = operation.path.replace(/\{([^}]*)\}/g, (all, parameter) => {
      if (input[parameter] === undefined || input[parameter] === null) {
        throw new TypeError(`${name} needs ${parameter}.`);
      }
      return segment(input[parameter]);
    });
    const { schemaVersion } = this.#options;
    const query = Object.fromEntries(operation.query.map((parameter) => [parameter, input[parameter]]));
    if (operation.query.includes('schemaVersion')) {
      query.schemaVersion ??= schemaVersion;
    }
    const body = operation.schema && schemaVersion && input.body ? { schemaVersion, ...input.body } : input.body;
    const headers = Object.fromEntries(operation.headers
      .filter((header) => input[header] !== undefined).map((header) => [header, input[header]]));
    const key = operation.keyed && !isIdempotent(body) ? options.idempotencyKey ?? randomId() : undefined;
    return this.request(operation.method, path, {
      ...options, query, headers, body, idempotencyKey: key, repeatable: true,
      changes: operation.changes && !(name === 'sync' && !body?.updates?.length),
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
      attempts = this.#options.attempts,
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
    const end = this.#options.now() + this.#options.deadlineMillis;
    let unknown = false;
    let renewed = false;
    for (let attempt = 1; ; attempt++) {
      let failure;
      const authorization = await this.#credentials.authorization(path, { method, url, body: init.body });
      if (authorization) {
        init.headers.Authorization = authorization;
      }
      signal?.throwIfAborted();
      try {
        const response = await this.#send(url, init, timeoutMillis, signal);
        if (response.ok || response.status === 304) {
          onResponse?.({ status: response.status, headers: response.headers });
          return response.content ?? null;
        }
        const retryAfter = retryAfterMillis(response.headers.get('Retry-After'));
        failure = new Problem({ status: response.status, ...response.content }, { retryAfterMillis: retryAfter });
        if (response.status === 401 && !renewed && this.#credentials.renew(failure)) {
          renewed = true;
          continue;
        }
        if (!RETRIED.has(response.status)) {
          throw failure;
        }
        // A gateway also answers 503 for a request that it has forwarded; it does not send problems.
        unknown ||= !response.isProblem || response.status === 500 || response.status === 504;
      } catch (e) {
        if (e === failure) {
          throw e;
        }
        signal?.throwIfAborted();
        unknown = true;
        failure = new Problem({ status: 0, title: 'The server cannot be reached.' }, { cause: e });
      }
      const pause = pauseMillis(this.#options, attempt, failure.retryAfterMillis);
      if (!repeatable || attempt >= attempts || this.#options.now() + pause > end) {
        throw changes && unknown ? new UnknownOutcome(idempotencyKey ?? bodyId(body), { cause: failure }) : failure;
      }
      await this.#options.sleep(pause, signal);
    }
  }

  /** The token with which a socket is opened; undefined without a credential. A key is exchanged for a token. */
  socketToken() {
    return this.#credentials.socketToken();
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
}

for (const name of Object.keys(OPERATIONS)) {
  Client.prototype[name] = function (input, options) {
    return this.call(name, input, options);
  };
}

/** A part of a path. Ids need no escapes, and a signature is valid only without them. */
function segment(text) {
  return encodeURIComponent(text).replaceAll('%3A', ':').replaceAll('%40', '@');
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
