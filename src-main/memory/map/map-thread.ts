import { WorkerChannel, workerFile } from '../../base/worker-channel.ts'
import type { MapWork } from './map-work.ts'
import type { MapMethod } from './map-worker.ts'

const MAX_PENDING = 16

/** MapWork on a thread of its own. Calls fail with `unavailable` once it is closed. */
export class MapThread {
  readonly #channel = new WorkerChannel(
    workerFile('map-worker', import.meta.url),
    { name: 'tmws-map' },
    { maxPending: MAX_PENDING, name: 'The map' },
  )

  call<M extends MapMethod>(method: M, ...args: Parameters<MapWork[M]>): Promise<ReturnType<MapWork[M]>> {
    return this.#channel.call(method, args[0])
  }

  /** Ends the thread at once, whatever it is at. */
  async close(): Promise<void> {
    await this.#channel.terminate()
  }
}
