/** Listeners of events by name. */
export class Listeners {
  #listeners = new Map();

  /** Returns a function that removes the listener. */
  add(name, listener) {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** Calls the listeners of an event. An error in a listener does not concern the caller. */
  emit(name, event) {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        listener(event);
      } catch (e) {
        console.error(e);
      }
    }
  }
}
