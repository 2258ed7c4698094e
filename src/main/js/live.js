// The connection of a client's replicas: one WebSocket or long poll brings the changes of all spaces, and one queue
// sends updates with POST /v1/sync, which is repeated with the same mutation ids.

import { randomId, sleep } from './platform.js';
import { Problem } from './problem.js';
import { DIVERGED, GAP, POLLED, PUSHED, Replica } from './replica.js';
import { Socket } from './socket.js';

const UPDATES_PER_REQUEST = 50;
const LONGEST_WAIT_MILLIS = 20_000;
const ATTEMPTS_OF_UPDATE = 6;

/** After two sockets that did not answer, changes are polled for this long. */
const POLLING_MILLIS = 60_000;

export class Live {
  #client;
  #options;
  #replicas = new Map();
  #queue = [];
  #isSending = false;
  #running;
  #socket;
  #wake = new AbortController();
  #statusListeners = new Set();
  connected = false;

  constructor(client, options) {
    this.#client = client;
    this.#options = options;
  }

  newId() {
    return randomId();
  }

  onStatus(listener) {
    this.#statusListeners.add(listener);
    return () => this.#statusListeners.delete(listener);
  }

  replica(space) {
    let replica = this.#replicas.get(space);
    if (!replica) {
      replica = new Replica(space, this);
      this.#replicas.set(space, replica);
      if (this.#running) {
        this.#request([replica]);
      } else {
        this.#running = new AbortController();
        this.#run(this.#running.signal);
      }
    }
    return replica;
  }

  remove(replica) {
    if (this.#replicas.get(replica.space) === replica) {
      this.#replicas.delete(replica.space);
    }
  }

  close() {
    this.#running?.abort(new Error('The client was closed.'));
    this.#running = undefined;
    this.#socket?.close();
    [...this.#replicas.values()].forEach((replica) => replica.close());
  }

  reconnect() {
    this.#socket?.close();
    this.#interrupt();
  }

  async #run(signal) {
    const { transport = 'auto', WebSocket } = this.#options;
    const hasSocket = transport !== 'poll' && WebSocket !== undefined;
    let failures = 0;
    while (!signal.aborted) {
      try {
        if (hasSocket && (transport === 'socket' || failures < 2)) {
          const answered = await this.#follow();
          failures = answered ? 0 : failures + 1;
        } else {
          await this.#poll(hasSocket ? Date.now() + POLLING_MILLIS : Infinity, signal);
          failures = 0;
        }
      } catch (e) {
        failures++;
        this.#failed(e);
      }
      this.#setConnected(false);
      const pauseMillis = Math.min(30_000, 1000 * 2 ** Math.max(0, failures - 1)) * (0.5 + this.#options.random() / 2);
      await this.#pause(failures === 0 ? 100 : pauseMillis);
    }
  }

  /** Receives changes over a socket until it closes. Returns whether it answered. */
  async #follow() {
    const socket = new Socket(this.#options, await this.#address(), await this.#client.socketToken());
    if (!this.#running) {
      return false;
    }
    this.#socket = socket;
    return socket.run({
      cursors: () => this.#cursors(),
      received: (spaces, source) => this.#apply(spaces, source),
      fetch: () => this.#fetch(),
      unauthorized: () => this.#client.forgetTokens(),
      connected: () => this.#setConnected(true),
      failed: (problem) => this.#failed(new Problem(problem)),
    });
  }

  async #address() {
    const { socketUrl, url } = this.#options;
    const address = new URL((socketUrl instanceof Function ? await socketUrl() : socketUrl) ?? new URL('v1/socket', url));
    address.protocol = address.protocol.replace('http', 'ws');
    return address;
  }

  async #poll(until, signal) {
    while (Date.now() < until && !signal.aborted) {
      const cursors = this.#cursors();
      const begins = Object.values(cursors).includes('');
      const wake = this.#wake;
      let pauseMillis;
      try {
        const answer = await this.#client.sync({
          body: { clientId: this.#options.clientId, cursors, waitMillis: begins ? 0 : LONGEST_WAIT_MILLIS },
        }, { signal: wake.signal });
        this.#setConnected(true);
        const again = this.#apply(answer.spaces, POLLED);
        pauseMillis = again.length > 0 ? 0 : answer.nextPollMillis;
      } catch (e) {
        if (signal.aborted) {
          return;
        }
        if (!wake.signal.aborted) {
          throw e;
        }
        pauseMillis = 0;
      }
      await this.#pause(pauseMillis);
    }
  }

  async #pause(millis) {
    try {
      await sleep(millis, this.#wake.signal);
    } catch {
      // A replica wants to be served at once.
    }
  }

  #cursors(replicas = [...this.#replicas.values()]) {
    return Object.fromEntries(replicas.map((replica) => [replica.space, replica.cursor]));
  }

  /** Applies feeds by space. Returns the replicas that need another sync, and requests it on a socket. */
  #apply(spaces, source) {
    const again = [];
    for (const [space, feed] of Object.entries(spaces ?? {})) {
      const replica = this.#replicas.get(space);
      if (!replica) {
        continue;
      }
      const outcome = replica.apply(feed, source);
      if (outcome === DIVERGED && source !== PUSHED) {
        replica.restart();
      }
      if (outcome === DIVERGED || outcome === GAP || feed.more) {
        again.push(replica);
      }
    }
    if (again.length > 0) {
      this.#socket?.sync(this.#cursors(again.filter((replica) => this.#replicas.get(replica.space) === replica)));
    }
    return again;
  }

  #request(replicas) {
    if (!this.#socket?.sync(this.#cursors(replicas))) {
      this.#interrupt();
    }
  }

  #interrupt() {
    this.#wake.abort();
    this.#wake = new AbortController();
  }

  /** Gets over HTTP what is too large for a frame. */
  async #fetch() {
    const answer = await this.#client.sync({ body: { clientId: this.#options.clientId, cursors: this.#cursors() } });
    this.#apply(answer.spaces, POLLED);
  }

  #failed(error) {
    this.#replicas.forEach((replica) => replica.emit('error', error));
  }

  #setConnected(connected) {
    if (this.connected !== connected) {
      this.connected = connected;
      this.#statusListeners.forEach((listener) => listener(connected));
    }
  }

  /** Queues an update. Resolves to its result, or rejects with its problem. */
  send(update, signal) {
    return new Promise((resolve, reject) => {
      this.#queue.push({ update, resolve, reject, signal, attempts: 0 });
      if (!this.#isSending) {
        this.#isSending = true;
        queueMicrotask(() => this.#sendQueue());
      }
    });
  }

  async #sendQueue() {
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, UPDATES_PER_REQUEST).filter(({ signal, reject }) => {
        if (signal?.aborted) {
          reject(signal.reason);
        }
        return !signal?.aborted;
      });
      if (batch.length > 0) {
        await this.#sendBatch(batch);
      }
    }
    this.#isSending = false;
  }

  async #sendBatch(batch) {
    let answer;
    try {
      answer = await this.#client.sync({
        body: { clientId: this.#options.clientId, cursors: {}, updates: batch.map(({ update }) => update) },
      });
    } catch (e) {
      batch.forEach(({ reject }) => reject(e));
      return;
    }
    const repeated = [];
    answer.results.forEach((result, i) => {
      const item = batch[i];
      item.attempts++;
      if (!result.problem) {
        item.resolve(result);
      } else if ([429, 503].includes(result.problem.status) && item.attempts < ATTEMPTS_OF_UPDATE) {
        repeated.push(item);
      } else {
        item.reject(new Problem(result.problem));
      }
    });
    if (repeated.length > 0) {
      this.#queue.unshift(...repeated);
      await this.#options.sleep(this.#options.firstPauseMillis * 2 ** repeated[0].attempts * (0.5 + this.#options.random() / 2));
    }
  }
}
