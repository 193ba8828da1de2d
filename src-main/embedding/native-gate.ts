/**
 * Keeps a thread from being ended while ONNX Runtime loads a model on it: its binding then throws out of native code and
 * aborts the whole process (exit code 134, seen with 1.30), so that a start that fails for some other reason would end in a
 * crash. One gate is shared by the thread that loads and the one that might end it.
 */
export class NativeGate {
  /** Send this to the other thread and make its gate of it. */
  readonly shared: SharedArrayBuffer
  readonly #state: Int32Array

  constructor(shared: SharedArrayBuffer = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.shared = shared
    this.#state = new Int32Array(shared)
  }

  /** Runs `load` unless the gate is shut; then it throws. */
  async pass<T>(load: () => Promise<T>): Promise<T> {
    if (Atomics.compareExchange(this.#state, 0, OPEN, INSIDE) !== OPEN) throw new Error('The thread is about to be ended.')
    try {
      return await load()
    } finally {
      Atomics.compareExchange(this.#state, 0, INSIDE, OPEN)
      Atomics.notify(this.#state, 0)
    }
  }

  /** Lets nobody in any more, and waits, blocking this thread, until nobody is inside or `maxMs` are over. */
  shutSync(maxMs: number): void {
    if (this.#shut()) Atomics.wait(this.#state, 0, INSIDE, maxMs)
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
