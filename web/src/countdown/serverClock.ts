/**
 * The service's time, whatever the device's own clock says. An answer was stamped before it arrived, so what this clock says is never later than the service's time; the
 * quickest answer heard so far sets it. Who goes by it never comes too early.
 */
export class ServerClock {
  readonly #elapsedMs: () => number;
  #zero: number | undefined;

  /** @param elapsedMs what goes on evenly from some moment, also while the device's clock is put right. */
  constructor(elapsedMs: () => number = () => performance.now()) {
    this.#elapsedMs = elapsedMs;
  }

  /** Takes the time of an answer that has just arrived. */
  hear(serverTime: string): void {
    const zero = Date.parse(serverTime) - this.#elapsedMs();
    if (this.#zero === undefined || zero > this.#zero) this.#zero = zero;
  }

  /** Unix milliseconds; the device's own time until there was an answer. */
  now(): number {
    return this.#zero === undefined ? Date.now() : this.#zero + this.#elapsedMs();
  }
}

export const serverClock = new ServerClock();
