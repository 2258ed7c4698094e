// Calls of the public HTTP API. The page has no other way to the data, so it can do what its key can do.

const STORED = 'statecraft.key';
const BASE = new URL('.', document.baseURI);

/** What the API answers an error with (RFC 9457). */
export class ProblemError extends Error {
  constructor(problem) {
    super(problem.detail || problem.title || 'The call failed.');
    this.status = problem.status;
    this.type = problem.type;
    this.problem = problem;
  }
}

/** Told of `key` when the key changes, and of `refused` when a call needs another one. */
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

/** A path whose values are escaped: path`v1/leaderboards/${board}/top`. */
export const path = (parts, ...values) =>
  parts.reduce((all, part, i) => all + encodeURIComponent(values[i - 1]) + part);

/** A query of what is there: query({space, cursor: undefined}) is `?space=global`. */
export function query(values) {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return given.length === 0 ? '' : '?' + new URLSearchParams(given);
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
  const answer = parsed(text);
  if (!response.ok) {
    if (response.status === 401) {
      access.dispatchEvent(new Event('refused'));
    }
    throw new ProblemError(answer || { status: response.status, title: `The call was answered ${response.status}.` });
  }
  return answer;
}

function parsed(text) {
  if (!text) {
    return null;
  }
  try {
    return JSON.parse(text);
  } catch {
    return { title: 'The answer is not JSON.' };
  }
}
