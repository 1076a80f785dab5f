import { useEffect, useState } from 'preact/hooks';

/** A value that tells its readers when it changes. */
export class Value<T> {
  readonly #readers = new Set<(value: T) => void>();
  #current: T;

  constructor(initial: T) {
    this.#current = initial;
  }

  get current(): T {
    return this.#current;
  }

  set(next: T): void {
    if (Object.is(next, this.#current)) return;
    this.#current = next;
    for (const reader of [...this.#readers]) reader(next);
  }

  subscribe(reader: (value: T) => void): () => void {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }
}

export function useValue<T>(value: Value<T>): T {
  const [current, setCurrent] = useState<T>(() => value.current);
  useEffect(() => {
    // The value may have moved between the first render and this subscription.
    setCurrent(() => value.current);
    return value.subscribe((next) => setCurrent(() => next));
  }, [value]);
  return current;
}
