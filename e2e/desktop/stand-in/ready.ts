/** When the app is ready: as in Electron, when its main module has been evaluated, top-level await included, and not before. */
class Readiness {
  isReady = false
  become: () => void = () => undefined
  readonly promise = new Promise<void>((resolve) => {
    this.become = () => {
      this.isReady = true
      resolve()
    }
  })

  /** Throws what Electron throws for what may only be asked before. */
  assertNotYet(what: string): void {
    if (this.isReady) throw new Error(`${what} can only be called before app is ready`)
  }
}

export const readiness = new Readiness()
