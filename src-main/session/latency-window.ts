/** The last durations of something, for its median and 95th percentile. Bounded. */
export class LatencyWindow {
  readonly #values: Float64Array
  #count = 0

  constructor(size: number) {
    this.#values = new Float64Array(size)
  }

  add(durationMs: number): void {
    this.#values[this.#count % this.#values.length] = durationMs
    this.#count += 1
  }

  /** Milliseconds, rounded to microseconds; 0 when there is nothing yet. */
  percentiles(): { readonly p50: number; readonly p95: number } {
    const sorted = this.#values.slice(0, Math.min(this.#count, this.#values.length)).sort()
    const at = (share: number): number =>
      Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 1000) / 1000
    return { p50: at(0.5), p95: at(0.95) }
  }

  get isEmpty(): boolean {
    return this.#count === 0
  }

  clear(): void {
    this.#count = 0
  }
}
