// Requests to the public HTTP API. The page has no other access to the data, so it can do what its key permits.

const STORED = 'statecraft.key';
const BASE = new URL('.', document.baseURI);

/** A problem response of the API (RFC 9457). */
export class ProblemError extends Error {
  constructor(problem) {
    super(problem.detail || problem.title || 'The request failed.');
    this.status = problem.status;
    this.type = problem.type;
    this.problem = problem;
  }
}

/** Dispatches `key` when the key changes, and `unauthorized` when a request is rejected with 401. */
export const access = new EventTarget();

export const key = () => sessionStorage.getItem(STORED) || '';

export function useKey(value) {
  if (value) {
    sessionStorage.setItem(STORED, value);
  } else {
    sessionStorage.removeItem(STORED);
  }
  access.dispatchEvent(new Event('key'));
}

/** A path with escaped values: path`v1/leaderboards/${board}/top`. */
export const path = (parts, ...values) =>
  parts.reduce((all, part, i) => all + encodeURIComponent(values[i - 1]) + part);

/** A query string without empty values: query({space: 'global', cursor: undefined}) is `?space=global`. */
export function query(values) {
  const present = Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return present.length === 0 ? '' : '?' + new URLSearchParams(present);
}

export const address = (relative) => new URL(relative, BASE);

export const get = (relative, signal) => call('GET', relative, undefined, signal);

export const post = (relative, body, signal) => call('POST', relative, body, signal);

async function call(method, relative, body, signal) {
  const headers = { Accept: 'application/json, application/problem+json' };
  if (key()) {
    headers.Authorization = 'Bearer ' + key();
  }
  if (body !== undefined) {
    headers['Content-Type'] = 'application/json';
  }
  let response;
  try {
    response = await fetch(address(relative), {
      method, headers, signal, cache: 'no-store', body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (e) {
    if (e.name === 'AbortError') {
      throw e;
    }
    throw new ProblemError({ status: 0, title: 'The server cannot be reached.' });
  }
  const text = await response.text();
  const content = parsed(text);
  if (!response.ok) {
    if (response.status === 401) {
      access.dispatchEvent(new Event('unauthorized'));
    }
    throw new ProblemError(content || { status: response.status, title: `The server responded with ${response.status}.` });
  }
  return content;
}

function parsed(text) {
  if (!text) {
    return null;
  }
  try {
    return JSON.parse(text);
  } catch {
    return { title: 'The response is not JSON.' };
  }
}
