// @statecraft/client: the HTTP API of Statecraft for browsers and Node.js 18 or later, without dependencies.

export { Client } from './client.js';
export { signature } from './credentials.js';
export { Problem, UnknownOutcome } from './problem.js';
export { Replica } from './replica.js';
export { Session } from './session.js';
export { applyOperations, checksum } from './state.js';
