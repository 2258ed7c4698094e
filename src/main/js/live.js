// The connection of a client: one WebSocket or long poll brings the changes of all replicas and the state of all
// sessions, and one queue sends the writes.

import { DIVERGED, feedsOf, GAP, PLAYER, POLLED, PUSHED } from './copy.js';
import { pauseMillis, sleep } from './platform.js';
import { Problem } from './problem.js';
import { Queue } from './queue.js';
import { Replica } from './replica.js';
import { Sessions } from './sessions.js';
import { Socket } from './socket.js';

const LONGEST_WAIT_MILLIS = 20_000;

/** After two sockets that did not answer, changes are polled for this long. */
const POLLING_MILLIS = 60_000;

/** How long a connection without replicas and sessions waits for one. */
const IDLE_MILLIS = 3_600_000;

export class Live {
  #client;
  #options;
  #queue;
  #sessions;
  #replicas = new Map();
  #running;
  #socket;
  #wake = new AbortController();
  #heartbeat;
  #statusListeners = new Set();
  connected = false;

  constructor(client, options) {
    this.#client = client;
    this.#options = options;
    this.#queue = new Queue(client, options);
    this.#sessions = new Sessions(client, options);
  }

  onStatus(listener) {
    this.#statusListeners.add(listener);
    return () => this.#statusListeners.delete(listener);
  }

  replica(space) {
    return this.#replicas.get(space) ?? this.#follow(space, new Replica(this, { space }));
  }

  playerReplica(playerId) {
    const replica = this.#replicas.get(PLAYER);
    if (replica && replica.playerId !== playerId) {
      throw new Error(`This client follows the player ${replica.playerId}.`);
    }
    return replica ?? this.#follow(PLAYER, new Replica(this, { playerId }));
  }

  #follow(name, replica) {
    this.#replicas.set(name, replica);
    this.#start(() => this.#request([name]));
    return replica;
  }

  async openSession(entityId, options) {
    const session = await this.#sessions.open(this, entityId, options);
    if (options?.signal?.aborted) {
      await session.end();
      throw options.signal.reason;
    }
    this.#start(() => (this.#socket?.isOpen ? this.#beat() : this.#interrupt()));
    return session;
  }

  /** Sends a write of a replica or session; see Queue. */
  send(change, signal) {
    return this.#queue.send(change, signal);
  }

  remove(replica) {
    this.#replicas.forEach((other, name) => other === replica && this.#replicas.delete(name));
  }

  forget(session) {
    this.#sessions.forget(session);
  }

  close() {
    const reason = new Error('The client was closed.');
    this.#running?.abort(reason);
    this.#running = undefined;
    clearTimeout(this.#heartbeat);
    this.#interrupt();
    this.#socket?.close();
    this.#queue.close(reason);
    this.#queue = new Queue(this.#client, this.#options);
    this.#sessions = new Sessions(this.#client, this.#options);
    [...this.#replicas.values()].forEach((replica) => replica.close());
  }

  reconnect() {
    this.#socket?.close();
    this.#interrupt();
  }

  /** Starts the connection; if it was started before, calls `request`. */
  #start(request) {
    if (this.#running) {
      request();
    } else {
      this.#running = new AbortController();
      this.#run(this.#running.signal);
    }
  }

  async #run(signal) {
    const { transport = 'auto', WebSocket } = this.#options;
    const hasSocket = transport !== 'poll' && WebSocket !== undefined;
    let failures = 0;
    while (!signal.aborted) {
      try {
        if (hasSocket && (transport === 'socket' || failures < 2)) {
          const answered = await this.#listen();
          failures = answered ? 0 : failures + 1;
        } else {
          await this.#poll(hasSocket ? this.#options.now() + POLLING_MILLIS : Infinity, signal);
          failures = 0;
        }
      } catch (e) {
        failures++;
        this.#failed(e);
      }
      this.#setConnected(false);
      const pause = pauseMillis({ firstPauseMillis: 1000, longestPauseMillis: 30_000, random: this.#options.random }, failures);
      await this.#pause(failures === 0 ? 100 : pause);
    }
  }

  /** Receives changes over a socket until it closes. Returns whether it answered. */
  async #listen() {
    const socket = new Socket(this.#options, await this.#address(), await this.#client.socketToken());
    if (!this.#running) {
      return false;
    }
    this.#socket = socket;
    return socket.run({
      request: () => this.#body(this.#names(), this.#sessions.heartbeats(true)),
      received: (feeds, source) => this.#apply(feeds, source),
      sessions: (states) => this.#sessions.receive(states),
      fetch: () => this.#fetch(),
      unauthorized: () => this.#client.forgetTokens(),
      connected: () => {
        this.#setConnected(true);
        this.#beat();
      },
      failed: (problem) => this.#failed(new Problem(problem)),
    });
  }

  async #address() {
    const { socketUrl, url } = this.#options;
    const address = new URL((socketUrl instanceof Function ? await socketUrl() : socketUrl) ?? new URL('v1/socket', url));
    address.protocol = address.protocol.replace('http', 'ws');
    return address;
  }

  /** Sends the heartbeats that are due over the socket, until it closes. */
  #beat() {
    clearTimeout(this.#heartbeat);
    if (this.#socket?.isOpen && this.#sessions.size > 0) {
      const heartbeats = this.#sessions.heartbeats(false);
      if (heartbeats.length > 0) {
        this.#socket.sync(this.#body([], heartbeats));
      }
      this.#heartbeat = setTimeout(() => this.#beat(), Math.max(50, this.#sessions.untilDue(LONGEST_WAIT_MILLIS)));
    }
  }

  async #poll(until, signal) {
    while (this.#options.now() < until && !signal.aborted) {
      if (this.#replicas.size === 0 && this.#sessions.size === 0) {
        await this.#pause(IDLE_MILLIS);
        continue;
      }
      const names = this.#names();
      const isFirst = names.some((name) => this.#replicas.get(name).cursor === '');
      const body = this.#body(names, this.#sessions.heartbeats(true));
      body.waitMillis = isFirst ? 0 : Math.floor(this.#sessions.untilDue(LONGEST_WAIT_MILLIS));
      const wake = this.#wake;
      let pause;
      try {
        const answer = await this.#client.sync({ body }, { signal: wake.signal });
        this.#setConnected(true);
        this.#sessions.receive(answer.sessions);
        const again = this.#apply(feedsOf(answer), POLLED);
        pause = again.length > 0 ? 0 : answer.nextPollMillis;
      } catch (e) {
        if (signal.aborted) {
          return;
        }
        if (!wake.signal.aborted) {
          throw e;
        }
        pause = 0;
      }
      await this.#pause(pause);
    }
  }

  async #pause(millis) {
    try {
      await sleep(millis, this.#wake.signal);
    } catch {
      // A replica or a session wants to be served at once.
    }
  }

  #names() {
    return [...this.#replicas.keys()];
  }

  /** The body of a sync that follows replicas. */
  #body(names, heartbeats) {
    const { clientId, schemaVersion } = this.#options;
    const body = { clientId, schemaVersion, cursors: {} };
    for (const name of names) {
      const { playerId, cursor } = this.#replicas.get(name);
      if (name === PLAYER) {
        Object.assign(body, { playerId, playerCursor: cursor });
      } else {
        body.cursors[name] = cursor;
      }
    }
    if (heartbeats?.length > 0) {
      body.sessions = heartbeats;
    }
    return body;
  }

  /** Applies feeds by name. Returns the names of replicas that need another sync, and requests it on a socket. */
  #apply(feeds, source) {
    const again = [];
    for (const [name, feed] of Object.entries(feeds)) {
      const replica = this.#replicas.get(name);
      if (!replica) {
        continue;
      }
      const outcome = replica.apply(feed, source);
      if (outcome === DIVERGED && source !== PUSHED) {
        replica.restart();
      }
      if (outcome === DIVERGED || outcome === GAP || feed.more) {
        again.push(name);
      }
    }
    const open = again.filter((name) => this.#replicas.has(name));
    if (open.length > 0) {
      this.#socket?.sync(this.#body(open));
    }
    return again;
  }

  #request(names) {
    if (!this.#socket?.sync(this.#body(names))) {
      this.#interrupt();
    }
  }

  #interrupt() {
    this.#wake.abort();
    this.#wake = new AbortController();
  }

  /** Gets over HTTP what is too large for a frame. */
  async #fetch() {
    const answer = await this.#client.sync({ body: this.#body(this.#names()) });
    this.#apply(feedsOf(answer), POLLED);
  }

  #failed(error) {
    this.#replicas.forEach((replica) => replica.emit('error', error));
    this.#sessions.emit('error', error);
  }

  #setConnected(connected) {
    if (this.connected !== connected) {
      this.connected = connected;
      this.#statusListeners.forEach((listener) => listener(connected));
    }
  }
}
