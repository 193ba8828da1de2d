/** Between two lines, in milliseconds: quick on a terminal, where one line is written over; slow in a log. */
const TERMINAL_MS = 200
const LOG_MS = 5_000

/** Tells on stderr how far a piece of work is: count, rate, time left. */
export class ProgressLine {
  readonly #what: string
  readonly #isTerminal = process.stderr.isTTY
  #startMs = performance.now()
  #phase = ''
  #records = 0
  #toldMs = performance.now()
  #isOpen = false

  constructor(what: string) {
    this.#what = what
  }

  /** `total`: at least so many, as far as known; 0: not known. A phase, and what begins again within one, has a rate of its own. */
  tell(records: number, total: number, phase = ''): void {
    const nowMs = performance.now()
    if (phase !== this.#phase || records < this.#records) this.#startMs = nowMs
    this.#phase = phase
    this.#records = records
    if (nowMs - this.#toldMs < (this.#isTerminal ? TERMINAL_MS : LOG_MS)) return
    this.#toldMs = nowMs
    const perSecond = Math.round(records / Math.max(0.001, (nowMs - this.#startMs) / 1000))
    const left = total > records && perSecond > 0 ? `, about ${Math.ceil((total - records) / perSecond)} s left` : ''
    const line = `${phase === '' ? this.#what : phase}: ${records}${total > 0 && total >= records ? ` of ${total}` : ''} records, ${perSecond} a second${left}`
    process.stderr.write(this.#isTerminal ? `\r\u001b[K${line}` : `${line}\n`)
    this.#isOpen = this.#isTerminal
  }

  /** Ends the line that is written over. */
  end(): void {
    if (this.#isOpen) process.stderr.write('\r\u001b[K')
    this.#isOpen = false
  }
}

/** A size as people read it. */
export function sizeOf(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'] as const
  let [size, unit] = [bytes, 0]
  while (size >= 1024 && unit < units.length - 1) [size, unit] = [size / 1024, unit + 1]
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit] ?? ''}`
}
