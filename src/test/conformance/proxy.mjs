// Forwards the requests of clients to the application, records them, and makes faults.

/** What a request of a client does: `writes` with their ids, `feeds` with their cursors, and other kinds. */
function classify(method, path, headers, body) {
  const entity = /^\/v1\/entities\/([^/]+)$/.exec(path)?.[1];
  const id = body?.mutationId ?? headers['idempotency-key'];
  const kinds = new Set();
  let writes = [];
  if (path === '/v1/sync') {
    writes = (body.updates ?? []).map(({ entityId, mutationId }) => ({ entity: entityId, id: mutationId }));
  } else if (entity && method !== 'GET') {
    writes = [{ entity: decodeURIComponent(entity), id }];
  } else if (path === '/v1/entities' && method === 'POST') {
    writes = [{ entity: body.id, id }];
  }
  const feeds = { ...(path === '/v1/sync' ? body.cursors : {}) };
  if (body?.playerId !== undefined && path === '/v1/sync') {
    feeds[''] = body.playerCursor ?? '';
  }
  const action = /^\/v1\/entities\/[^/]+\/(session|messages)$/.exec(path)?.[1];
  if (writes.length > 0 || (action === 'session' && method === 'DELETE')) {
    kinds.add('write');
  }
  if (Object.keys(feeds).length > 0) {
    kinds.add('feed');
  }
  if (body?.sessions?.length > 0) {
    kinds.add('heartbeat');
  }
  if (action && method === 'POST') {
    kinds.add(action === 'session' ? 'session' : 'message');
  }
  return { writes, feeds, kinds };
}

const feedsOf = (answer) => Object.entries({ ...answer?.spaces, ...(answer?.player ? { '': answer.player } : {}) });

export class Proxy {
  #application;
  #clients = new Map();
  #faults = [];

  constructor(application) {
    this.#application = application;
  }

  addFault(fault) {
    this.#faults.push({ times: 1, ...fault });
  }

  setOffline(client, isOffline) {
    this.#client(client).isOffline = isOffline;
  }

  /** The writes of an entity in the requests of a client: `{entity, id, at}`. */
  writesOf(client, entity) {
    return this.#client(client).writes.filter((write) => write.entity === entity);
  }

  /** The feed of a space, or of a player: the number of `snapshots`, and whether it always `resumed`. */
  feedOf(client, name) {
    return this.#client(client).feeds.get(name);
  }

  /** The conflict that was parked last for a client. */
  conflictOf(client) {
    return this.#client(client).conflictId;
  }

  #client(name) {
    if (!this.#clients.has(name)) {
      this.#clients.set(name, { writes: [], feeds: new Map(), commits: new Map(), isOffline: false });
    }
    return this.#clients.get(name);
  }

  /** Takes the fault of a request. */
  #take(client, kinds, isAnswer) {
    return this.#faults.find((one) => one.client === client && kinds.has(one.on) && one.times > 0
      && ['lose-commits', 'repeat-commits'].includes(one.kind) === isAnswer);
  }

  /** Handles a request to `/clients/{name}/…`. */
  async forward(request, url, text, response) {
    const [, name, path] = /^\/clients\/([^/]+)(\/.*)$/.exec(url.pathname) ?? [];
    if (!name) {
      response.writeHead(404).end();
      return;
    }
    const client = this.#client(name);
    if (client.isOffline) {
      response.destroy();
      return;
    }
    const body = text ? JSON.parse(text) : undefined;
    const { writes, feeds, kinds } = classify(request.method, path, request.headers, body);
    client.writes.push(...writes.map((write) => ({ ...write, at: Date.now() })));
    for (const [feed, cursor] of Object.entries(feeds)) {
      const known = client.feeds.get(feed);
      if (known) {
        known.resumed &&= cursor === known.cursor;
      } else {
        client.feeds.set(feed, { cursor, snapshots: 0, resumed: cursor === '' });
      }
    }
    const fault = this.#take(name, kinds, false);
    if (fault) {
      fault.times--;
    }
    if (fault?.kind === 'drop-request') {
      response.destroy();
      return;
    }
    if (fault?.kind === 'refuse') {
      this.#refuse(fault, response);
      return;
    }
    if (fault?.kind === 'stale-cursor') {
      body.cursors = Object.fromEntries(Object.keys(body.cursors).map((space) => [space, fault.cursor]));
    }
    const send = () => this.#send(request, path + url.search, body === undefined ? undefined : JSON.stringify(body));
    if (fault?.kind === 'duplicate') {
      await send();
    }
    const answer = await send();
    // A client that was taken off the network meanwhile gets no answer.
    if (fault?.kind === 'drop-answer' || client.isOffline) {
      response.destroy();
      return;
    }
    response.writeHead(answer.status, answer.headers);
    response.end(this.#receive(name, client, kinds, answer.text));
  }

  #refuse({ status, retryAfter }, response) {
    const headers = { 'Content-Type': 'application/problem+json' };
    if (retryAfter !== undefined) {
      headers['Retry-After'] = String(retryAfter);
    }
    response.writeHead(status, headers);
    response.end(JSON.stringify({ type: '/problems/unavailable', title: 'A fault of the conformance server', status }));
  }

  async #send(request, path, body) {
    const headers = Object.fromEntries(Object.entries(request.headers)
      .filter(([header]) => ['authorization', 'content-type', 'accept', 'idempotency-key', 'if-match'].includes(header)));
    const answer = await fetch(this.#application + path, { method: request.method, headers, body });
    const kept = ['content-type', 'retry-after', 'etag', 'location'];
    return {
      status: answer.status,
      text: await answer.text(),
      headers: Object.fromEntries([...answer.headers].filter(([header]) => kept.includes(header))),
    };
  }

  /** Records an answer, and returns what the client gets of it. */
  #receive(name, client, kinds, text) {
    const answer = text ? JSON.parse(text) : undefined;
    for (const result of [answer, ...(answer?.results ?? [])]) {
      client.conflictId = result?.conflictId ?? client.conflictId;
    }
    const feeds = feedsOf(answer).filter(([feed]) => client.feeds.has(feed));
    if (feeds.length === 0) {
      return text;
    }
    for (const [feed, view] of feeds) {
      const known = client.feeds.get(feed);
      known.cursor = view.cursor;
      known.snapshots += view.snapshot?.first ? 1 : 0;
      const fault = this.#take(name, kinds, true);
      if (fault?.kind === 'lose-commits' && view.commits.length > 0) {
        fault.times--;
        view.commits = [];
      } else if (fault?.kind === 'repeat-commits' && view.commits.length > 0 && client.commits.has(feed)) {
        fault.times--;
        view.commits = [...client.commits.get(feed), ...view.commits];
      } else if (view.commits.length > 0) {
        client.commits.set(feed, view.commits);
      }
    }
    return JSON.stringify(answer);
  }
}
