/** Where a failure was answered. */
export type FailurePlace = 'http' | 'upgrade' | 'tool'

/** PORT. Counts what the wires do, for `/metrics`. Labels are few fixed words: never a name, an id or a path with either. */
export interface Meter {
  /** An HTTP request was answered; `route` is the pattern that matched. */
  request(facts: { readonly method: string; readonly route: string; readonly status: number; readonly durationMs: number }): void
  /** Something was refused or failed, with a code of the contract. */
  failure(place: FailurePlace, code: string): void
  /** Somebody was kept out: `unauthenticated`, `forbidden`, or a word that says more; small letters, digits and `_`. */
  denial(reason: string): void
  /** All numbers, in the text format of Prometheus. */
  read(): Promise<{ readonly contentType: string; readonly text: string }>
}
