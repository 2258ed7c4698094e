// What browsers and Node.js have in common.

/** Web Crypto. Node.js 18 has it in a module only. `subtle` is missing in pages that are not served over HTTPS. */
export const webCrypto = globalThis.crypto ?? (await import('node:crypto')).webcrypto;

/** A random id of 128 bits. */
export function randomId() {
  return hex(webCrypto.getRandomValues(new Uint8Array(16)));
}

/** Bytes in lower-case hexadecimal. */
export function hex(bytes) {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Resolves after a time; rejects when the signal is aborted. */
export function sleep(millis, signal) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const abort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, millis);
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/**
 * The pause before an attempt is repeated: exponential, with a random part so that the clients of an outage do not come
 * back at the same time, and not before the time that the server named.
 */
export function pauseMillis({ firstPauseMillis, longestPauseMillis, random }, attempts, retryAfterMillis = 0) {
  const exponential = Math.min(longestPauseMillis, firstPauseMillis * 2 ** (attempts - 1));
  return Math.max(exponential * (0.5 + random() / 2), retryAfterMillis);
}
