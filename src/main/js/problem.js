// The two ways in which a call fails.

/** A problem response (RFC 9457): the request was refused and nothing was changed. */
export class Problem extends Error {
  /**
   * @param body the response; `status` 0 means that the server could not be reached, for a request that changes nothing
   * @param options `cause` of the error, and `retryAfterMillis` of the response
   */
  constructor(body, options) {
    super(body.detail || body.title || `The server responded with ${body.status}.`, options);
    this.name = 'Problem';
    this.status = body.status ?? 0;
    this.type = body.type ?? 'about:blank';
    this.title = body.title;
    this.detail = body.detail;
    this.field = body.field;
    this.body = body;
    this.retryAfterMillis = options?.retryAfterMillis ?? 0;
  }
}

/**
 * The outcome of a write is unknown: requests were sent, but no response says whether the change was made. A call with
 * the same `idempotencyKey` and the same body makes the change if it was not made, and returns the first response if
 * it was.
 */
export class UnknownOutcome extends Error {
  constructor(idempotencyKey, options) {
    super('No response says whether the change was made.', options);
    this.name = 'UnknownOutcome';
    this.idempotencyKey = idempotencyKey;
  }
}
