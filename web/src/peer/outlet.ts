// Listeners of one kind, each called with every value in order.

/** Calls everybody who listens. */
export class Outlet<T> {
  #listeners = new Set<(value: T) => void>();

  /** Adds a listener, until the returned function is called. */
  on(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Calls everybody; one who fails keeps nobody else from hearing. */
  emit(value: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(value);
      } catch (error) {
        reportError(error);
      }
    }
  }
}
