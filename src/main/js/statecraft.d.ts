// Types of @statecraft/client. api.d.ts is generated from the OpenAPI document; this file is written by hand.

import type { components, operations } from './api.js';

/** Schemas of the API by name, such as `Schemas['Entity']`. */
export type Schemas = components['schemas'];

/** The operations that the client calls, by operationId. */
export type OperationName = Exclude<keyof operations, 'dashboard' | 'socket'>;

type Present<V> = [V] extends [never] ? {} : V;
type Of<T, K extends string> = T extends { [P in K]?: infer V } ? Present<NonNullable<V>> : {};
type Parameters<O> = O extends { parameters: infer P }
  ? Of<P, 'path'> & Of<P, 'query'> & Omit<Of<P, 'header'>, 'Idempotency-Key'>
  : {};
type JsonOf<T> = T extends { content: { 'application/json': infer J } } ? J : never;
type Body<O> = O extends { requestBody: infer B } ? { body: JsonOf<B> }
  : O extends { requestBody?: infer B } ? ([JsonOf<NonNullable<B>>] extends [never] ? {} : { body?: JsonOf<NonNullable<B>> })
  : {};
type Successes<O> = O extends { responses: infer R } ? { [S in keyof R]: S extends 200 | 201 | 202 ? JsonOf<R[S]> : never }[keyof R] : never;

/** Parameters by name, and the `body`. */
export type Input<N extends OperationName> = Parameters<operations[N]> & Body<operations[N]>;

/** The JSON of a successful response; null for 204 and 304. */
export type Output<N extends OperationName> = [Successes<operations[N]>] extends [never] ? null : Successes<operations[N]>;

export interface CallOptions {
  signal?: AbortSignal;
  /** The key of a write; by default a random one for each call. All attempts of a call have the same key. */
  idempotencyKey?: string;
  /** Receives status and headers of a successful response, such as `ETag`. */
  onResponse?: (response: { status: number; headers: Headers }) => void;
  /** Attempts of this call; by default those of the client. */
  attempts?: number;
}

type Call<N extends OperationName> = {} extends Input<N>
  ? (input?: Input<N>, options?: CallOptions) => Promise<Output<N>>
  : (input: Input<N>, options?: CallOptions) => Promise<Output<N>>;

type Calls = { [N in OperationName]: Call<N> };

export interface Token {
  token: string;
  /** ISO-8601; without it the token is renewed only after a response with 401. */
  expiresAt?: string;
}

export interface ClientOptions {
  /** Address of the API, such as `https://….execute-api.eu-central-1.amazonaws.com`; in browsers also relative. */
  url: string | URL;
  /** An API key. Only for servers: a page must not hold one. */
  key?: string | (() => string | undefined | Promise<string | undefined>);
  /** Whether `key` was created with `signed`: it is not sent, and requests are signed with it. */
  signed?: boolean;
  /** A token, or a function that gets one; the client calls it again before the token expires and after a 401. */
  token?: string | (() => Promise<Token | string>);
  /** Name of this client in version histories, for updates without a `source`. */
  clientId?: string;
  /** Schema version of states in calls, replicas and sessions, such as `1.1.0`; the latest one by default. */
  schemaVersion?: string;
  /** How replicas get changes: `auto` uses a socket where there is one, and polls while it cannot be opened. */
  transport?: 'auto' | 'socket' | 'poll';
  /** Address of the socket: the stack output SocketUrl. By default `v1/socket` of `url`. */
  socketUrl?: string | (() => Promise<string | undefined | null>);
  /** Attempts of a call (6). */
  attempts?: number;
  /** A call is not repeated later than this (60,000). */
  deadlineMillis?: number;
  /** Time for one response, in addition to its `waitMillis` (15,000). */
  timeoutMillis?: number;
  /** Pause after the first failure (250); it doubles each time up to `longestPauseMillis` (20,000). */
  firstPauseMillis?: number;
  longestPauseMillis?: number;
  fetch?: typeof globalThis.fetch;
  WebSocket?: unknown;
  random?: () => number;
  /** Unix time in milliseconds (`Date.now`). */
  now?: () => number;
  sleep?: (millis: number, signal?: AbortSignal) => Promise<void>;
}

export interface RequestOptions extends CallOptions {
  query?: Record<string, string | number | boolean | undefined | null>;
  headers?: Record<string, string>;
  body?: unknown;
  /** Media type of the body (`application/json`). */
  type?: string;
  repeatable?: boolean;
  changes?: boolean;
}

export interface Client extends Calls {}

export class Client {
  constructor(options: ClientOptions);
  readonly connected: boolean;
  replica<State extends object = Record<string, unknown>>(space: string): Replica<State>;
  playerReplica<State extends object = Record<string, unknown>>(playerId: string): Replica<State>;
  openSession<State extends object = Record<string, unknown>>(
    entityId: string, options?: SessionOptions<State>): Promise<Session<State>>;
  onStatus(listener: (connected: boolean) => void): () => void;
  reconnect(): void;
  forgetTokens(): void;
  close(): void;
  call<N extends OperationName>(name: N, input?: Input<N>, options?: CallOptions): Promise<Output<N>>;
  request(method: string, path: string, options?: RequestOptions): Promise<unknown>;
  socketToken(): Promise<string | undefined>;
}

/** The request was refused, and nothing was changed. */
export class Problem extends Error {
  readonly status: number;
  readonly type: string;
  readonly title?: string;
  readonly detail?: string;
  readonly field?: string;
  readonly body: Record<string, unknown>;
  /** The time of `Retry-After`; 0 without it. */
  readonly retryAfterMillis: number;
}

/** The change may or may not have been made; repeat the call with the same key and body to find out. */
export class UnknownOutcome extends Error {
  readonly idempotencyKey?: string;
}

export interface ReplicaEntity<State> {
  id: string;
  space: string;
  type: string;
  /** The confirmed version; 0 of an entity that is being created. */
  version: number;
  state: State;
  /** Whether the state has changes that the server has not confirmed. */
  pending: boolean;
}

export interface Change {
  entityId: string;
  space: string;
  type: string;
  version: number;
  deleted?: boolean;
}

export interface ReplicaEvents<State> {
  /** What is shown of an entity changed; `state` is undefined if there is no entity any more. */
  change: { id: string; space: string } & Partial<ReplicaEntity<State>>;
  /** Changes of the server were applied. */
  commits: { space?: string; changes: Change[] };
  /** A snapshot, or a part of it, was applied. */
  snapshot: { first: boolean; more: boolean };
  /** The copy differed from the server's; a new snapshot was requested. */
  resync: { space?: string };
  /** The connection failed; it is opened again without a call. */
  error: Error;
}

/** The operations of an update; see PatchRequest. */
export type Update = Partial<Schemas['PatchRequest']>;

export interface UpdateResult {
  status: number;
  id?: string;
  version?: number;
  accepted?: boolean;
  replayed?: boolean;
  conflictId?: string;
  [field: string]: unknown;
}

/** A write is repeated until its outcome is known, or until its signal is aborted. */
export interface WriteOptions {
  signal?: AbortSignal;
  /** For a replica of a player: the space of the entity, by default `global`. */
  space?: string;
}

export class Replica<State extends object = Record<string, unknown>> {
  private constructor();
  /** The space; undefined for a replica of a player. */
  readonly space?: string;
  readonly playerId?: string;
  readonly cursor: string;
  readonly isReady: boolean;
  readonly ready: Promise<Replica<State>>;
  /** `space` is for a replica of a player: the space of the entity, by default `global`. */
  get(entityId: string, space?: string): State | undefined;
  entity(entityId: string, space?: string): ReplicaEntity<State> | undefined;
  entities(): ReplicaEntity<State>[];
  checksum(): string;
  update(entityId: string, update: Update, options?: WriteOptions): Promise<UpdateResult>;
  create(entityId: string, type: string, state: State, options?: WriteOptions & { owner?: string }): Promise<Schemas['EntityView']>;
  delete(entityId: string, options?: WriteOptions & { fence?: number }): Promise<unknown>;
  on<E extends keyof ReplicaEvents<State>>(name: E, listener: (event: ReplicaEvents<State>[E]) => void): () => void;
  close(): void;
}

export interface SessionOptions<State> {
  /** The space of the entity (`global`). */
  space?: string;
  /** Type and state of the entity that is created if it does not exist. */
  type?: string;
  state?: State;
  /** Name of this server (`clientId`). The same holder gets its session again. */
  holder?: string;
  ttlSeconds?: number;
  /** Takes the session over at once; what its holder has not saved is lost. */
  steal?: boolean;
  /** How long to wait for another holder; without it until the signal is aborted. 0 does not wait. */
  waitMillis?: number;
  signal?: AbortSignal;
}

export type Message = Schemas['MessageView'];

export interface SessionEvents<State extends object> {
  /** A message arrived; it stays in `messages` until an update acknowledges it. */
  message: Message;
  /** Another server waits: save, and end the session. */
  wanted: { by: string };
  /** Another server has the session, or it ended. */
  lost: Problem;
  /** The session ended. */
  end: Session<State>;
  /** The state changed. */
  change: Session<State>;
  /** The connection failed; it is opened again without a call. */
  error: Error;
}

export class Session<State extends object = Record<string, unknown>> {
  private constructor();
  readonly entityId: string;
  readonly space: string;
  readonly type: string;
  readonly holder: string;
  readonly previousHolder?: string;
  readonly fence: number;
  readonly ttlSeconds: number;
  readonly isActive: boolean;
  readonly wantedBy?: string;
  readonly messages: readonly Message[];
  readonly version: number;
  readonly state: State;
  update(update: Update, options?: { signal?: AbortSignal }): Promise<UpdateResult>;
  end(update?: Update, options?: { signal?: AbortSignal }): Promise<void>;
  on<E extends keyof SessionEvents<State>>(name: E, listener: (event: SessionEvents<State>[E]) => void): () => void;
}

/** The `Authorization` of a request that is signed with a key; `url` and `body` as they are sent. */
export function signature(key: string, request: {
  method: string; url: string | URL; body?: string; timestamp?: number; nonce?: string;
}): Promise<string>;

/** The checksum of a space: pairs of entity id and version of the entities that are not deleted. */
export function checksum(versions: Iterable<[string, number]>): string;

/** The state after operations, as the server computes it. Throws a TypeError if they do not fit. */
export function applyOperations<State extends object>(state: State, operations: Update): State;
