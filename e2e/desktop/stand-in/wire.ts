/** What the stand-in tells the test, and what the test has it do: the person's hands, and the system's. */
export type Deed = (argument: never) => unknown

const deeds = new Map<string, Deed>()

export function tell(type: string, facts: Readonly<Record<string, unknown>> = {}): void {
  process.send?.({ type, ...facts })
}

/** `argument` is what the test sent, as it sent it. */
export function onDeed<T>(name: string, deed: (argument: T) => unknown): void {
  deeds.set(name, deed)
}

process.on('message', (message: { deed: string; argument: never; id: number }) => {
  void Promise.resolve()
    .then(() => {
      const deed = deeds.get(message.deed)
      if (!deed) throw new Error(`The stand-in knows no deed "${message.deed}".`)
      return deed(message.argument)
    })
    .then(
      (result) => tell('done', { id: message.id, result }),
      (error: unknown) => tell('done', { id: message.id, error: String(error) }),
    )
})

/** What the test wants of the machine, by `TMWS_TEST_*`. */
export function wanted(name: string): string | undefined {
  return process.env[`TMWS_TEST_${name}`]
}

export const isPackaged = wanted('PACKAGED') === '1'
