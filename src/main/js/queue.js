// The writes of replicas and sessions, sent one request after the other in the order of their calls. A request is
// repeated with the same ids until its outcome is known, and no later write overtakes it.

import { pauseMillis, randomId } from './platform.js';
import { Problem, UnknownOutcome } from './problem.js';

const UPDATES_PER_REQUEST = 50;
const CHARACTERS_PER_REQUEST = 400_000;

/** Refusals that may be answered otherwise later. */
const isTransient = (status) => status === 429 || status >= 500;

export class Queue {
  #client;
  #options;
  #items = [];
  #inFlight = new Set();
  #isSending = false;
  #failures = 0;
  #limit = UPDATES_PER_REQUEST;
  #wake = new AbortController();
  #closed;

  constructor(client, options) {
    this.#client = client;
    this.#options = options;
  }

  /**
   * Queues a write: `{entityId, space}` with `update`, `create`, `delete` or `end` (of a session). Resolves to its
   * result, or rejects with its Problem. When the signal is aborted, it rejects: with UnknownOutcome if it was sent.
   */
  send(change, signal) {
    if (this.#closed || signal?.aborted) {
      return Promise.reject(this.#closed ?? signal.reason);
    }
    return new Promise((resolve, reject) => {
      const item = { ...change, id: change.update?.mutationId ?? randomId(), isSent: false, resolve, reject, signal };
      item.size = JSON.stringify(change).length;
      item.abort = () => this.#inFlight.has(item) || this.#giveUp(item, signal.reason);
      signal?.addEventListener('abort', item.abort);
      this.#items.push(item);
      if (!this.#isSending) {
        this.#isSending = true;
        queueMicrotask(() => this.#run());
      }
    });
  }

  /** Rejects all writes. */
  close(reason) {
    this.#closed = reason;
    this.#wake.abort(reason);
    [...this.#items].forEach((item) => this.#giveUp(item, reason));
  }

  #giveUp(item, reason) {
    this.#items = this.#items.filter((other) => other !== item);
    this.#settle(item, 'reject', item.isSent ? new UnknownOutcome(item.id, { cause: reason }) : reason);
  }

  #settle(item, how, value) {
    item.signal?.removeEventListener('abort', item.abort);
    item[how](value);
  }

  async #run() {
    while (this.#items.length > 0) {
      const batch = this.#next();
      this.#inFlight = new Set(batch);
      const { repeated, retryAfterMillis } = await this.#attempt(batch);
      this.#inFlight = new Set();
      this.#items.unshift(...repeated);
      repeated.filter((item) => this.#closed || item.signal?.aborted)
        .forEach((item) => this.#giveUp(item, this.#closed ?? item.signal.reason));
      this.#failures = repeated.length > 0 ? this.#failures + 1 : 0;
      if (repeated.length > 0 && this.#items.length > 0) {
        const pause = pauseMillis(this.#options, this.#failures, retryAfterMillis);
        await this.#options.sleep(pause, this.#wake.signal).catch(() => {});
      }
    }
    this.#isSending = false;
  }

  /** Removes the items of the next request from the queue: updates that follow each other, or one other write. */
  #next() {
    let count = 0;
    for (let size = 0; count < Math.min(this.#limit, this.#items.length); count++) {
      size += this.#items[count].size;
      if (!this.#items[count].update || (count > 0 && size > CHARACTERS_PER_REQUEST)) {
        break;
      }
    }
    return this.#items.splice(0, Math.max(1, count));
  }

  /** Sends items once. Returns those to repeat, in their order. */
  async #attempt(batch) {
    try {
      const results = await this.#request(batch);
      const repeated = [];
      results.forEach((result, i) => {
        const problem = result?.problem;
        if (!problem) {
          this.#settle(batch[i], 'resolve', result);
        } else if (isTransient(problem.status)) {
          batch[i].isSent ||= problem.status === 500 || problem.status === 504;
          repeated.push(batch[i]);
        } else {
          this.#settle(batch[i], 'reject', new Problem(problem));
        }
      });
      return { repeated, retryAfterMillis: 0 };
    } catch (e) {
      const isTooLarge = e.status === 413 || (e.status === 429 && e.field === 'updates');
      if (isTooLarge && batch.length > 1) {
        this.#limit = Math.ceil(batch.length / 2); // The server has a smaller limit.
        return { repeated: batch, retryAfterMillis: 0 };
      }
      const isUnknown = e instanceof UnknownOutcome;
      if (isUnknown || (e instanceof Problem && (e.status === 0 || isTransient(e.status)))) {
        batch.forEach((item) => (item.isSent ||= isUnknown));
        return { repeated: batch, retryAfterMillis: (isUnknown ? e.cause : e).retryAfterMillis };
      }
      if (batch[0].end && batch[0].isSent && e.type === '/problems/session-lost') {
        this.#settle(batch[0], 'resolve', null); // An earlier attempt ended the session.
      } else {
        batch.forEach((item) => this.#settle(item, 'reject', e));
      }
      return { repeated: [], retryAfterMillis: 0 };
    }
  }

  /** The results of items, in their order. */
  async #request(batch) {
    const options = { attempts: 1, idempotencyKey: batch[0].id };
    const { entityId, space, create, delete: deleted, end } = batch[0];
    if (create) {
      return [await this.#client.createEntity({ body: { id: entityId, space, ...create } }, options)];
    }
    if (deleted) {
      return [await this.#client.deleteEntity({ entity: entityId, space, ...deleted }, options)];
    }
    if (end) {
      return [await this.#client.endSession({ entity: entityId, space, ...end }, options)];
    }
    const updates = batch.map((item) =>
      ({ ...item.update, entityId: item.entityId, space: item.space, mutationId: item.id }));
    const answer = await this.#client.sync({ body: { clientId: this.#options.clientId, cursors: {}, updates } }, options);
    return answer.results;
  }
}
