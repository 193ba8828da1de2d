/** One call of a layer below. */
export interface Work {
  readonly kind: 'tool' | 'store' | 'embedding'
  /** One of few fixed words, such as `memories.insert`. */
  readonly operation: string
  /** True for what nobody waits for: it may be slow. */
  readonly isUnhurried?: boolean
  /** Texts that are embedded. */
  readonly size?: number
}

/** PORT. Sees each call of the layers below begin and end: for metrics, traces, and lines about what is slow or failed. */
export interface WorkWatch {
  /** Runs `run` and gives back what it gives back; it is not waited for. */
  watch<T>(work: Work, run: () => T): T
}

export const noWatch: WorkWatch = { watch: (_work, run) => run() }

/**
 * `port` with its methods watched; `describe` says what a call is, undefined for one that is not to be seen. What is no method, and
 * whether there is one, stays as it is.
 */
export function watchPort<T extends object>(
  port: T,
  watch: WorkWatch,
  describe: (method: string, args: readonly unknown[]) => Work | undefined,
): T {
  type Method = (...args: unknown[]) => unknown
  const wrappers = new WeakMap<Method, Method>()
  return new Proxy(port, {
    get(target, name) {
      // With the target as receiver: getters and methods of classes reach for private fields.
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function' || typeof name !== 'string' || name === 'constructor') return value
      const method = value as Method
      let wrapper = wrappers.get(method)
      if (!wrapper) {
        wrapper = (...args) => {
          const work = describe(name, args)
          const run = (): unknown => Reflect.apply(method, target, args)
          return work ? watch.watch(work, run) : run()
        }
        wrappers.set(method, wrapper)
      }
      return wrapper
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  })
}
