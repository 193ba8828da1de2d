/** `message` says why not, in words for everybody. */
export type Verdict = { readonly isOk: true } | { readonly isOk: false; readonly message: string }

/** PORT. What supervisors and load balancers ask a process. Answers within seconds, whatever hangs. */
export interface VitalSigns {
  /** False: only a restart helps. */
  live(): Verdict
  /** False: send clients elsewhere for now. */
  ready(): Promise<Verdict>
}
