/**
 * Keeps a thread from being ended while native code of ONNX Runtime runs on it: its binding would throw out of that code and
 * abort the whole process (exit code 134, seen with 1.30), so that a start that fails for some other reason would end in a
 * crash. One gate is shared by the thread that works and the one that might end it.
 */
export class NativeGate {
  /** Send this to the other thread and make its gate of it. */
  readonly shared: SharedArrayBuffer
  readonly #state: Int32Array

  constructor(shared: SharedArrayBuffer = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.shared = shared
    this.#state = new Int32Array(shared)
  }

  /** Runs `work` unless the gate is shut; then it throws. One at a time. */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (Atomics.compareExchange(this.#state, 0, OPEN, INSIDE) !== OPEN) throw new Error('The thread is about to be ended.')
    try {
      return await work()
    } finally {
      Atomics.compareExchange(this.#state, 0, INSIDE, OPEN)
      Atomics.notify(this.#state, 0)
    }
  }

  /** Lets nobody in any more, and waits, blocking this thread, until nobody is inside or `maxMs` are over. */
  shutSync(maxMs: number): void {
    const deadlineMs = performance.now() + maxMs
    // Again after each wait: whoever came out may have gone in once more.
    while (this.#shut() && performance.now() < deadlineMs) Atomics.wait(this.#state, 0, INSIDE, deadlineMs - performance.now())
  }

  /** The same without blocking and without a limit. */
  async shut(): Promise<void> {
    while (this.#shut()) await Atomics.waitAsync(this.#state, 0, INSIDE).value
  }

  /** True if somebody is inside. */
  #shut(): boolean {
    return Atomics.compareExchange(this.#state, 0, OPEN, SHUT) === INSIDE
  }
}

const OPEN = 0
const INSIDE = 1
const SHUT = 2
