import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Gauge } from 'prom-client'
import type { Registry } from 'prom-client'

/** How often the loop is asked, in milliseconds. */
const RESOLUTION_MS = 10

/**
 * How late the event loop is, as a gauge that starts anew with each scrape. Node's histogram holds the whole time between two
 * timers, so that an idle loop shows its resolution; here only what came on top of it counts. Returns what ends the measuring.
 */
export function mountEventLoopLag(registry: Registry): () => void {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delays.enable()
  const lagSeconds = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1000)
  new Gauge({
    name: 'tmws_event_loop_lag_seconds',
    help: 'How late timers of the main thread fired since the last scrape, by quantile; 1 is the latest of all.',
    labelNames: ['quantile'],
    registers: [registry],
    collect() {
      // Before the first sample the histogram has no numbers.
      if (delays.count > 0) {
        for (const quantile of [0.5, 0.99]) this.set({ quantile }, lagSeconds(delays.percentile(quantile * 100)))
        this.set({ quantile: 1 }, lagSeconds(delays.max))
      }
      delays.reset()
    },
  })
  return () => void delays.disable()
}
