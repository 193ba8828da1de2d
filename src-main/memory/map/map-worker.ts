import { parentPort } from 'node:worker_threads'
import { serveWorkerChannel } from '../../base/worker-channel.ts'
import { MapWork } from './map-work.ts'

/** The thread that works out the map: one job, or the questions of one server about its clusters. */

export type MapMethod = keyof MapWork

if (!parentPort) throw new Error('map-worker runs as a worker thread only')

const work = new MapWork()
// The other side sends the argument of this very method (map-thread.ts).
const methods = work as unknown as Record<MapMethod, (payload: unknown) => unknown>

serveWorkerChannel(parentPort, (method, payload) => methods[method as MapMethod](payload))
