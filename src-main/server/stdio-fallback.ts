// The entry of the process that serves one agent from the database while no server runs; the bridge starts it (src-bridge/embedded-lane.ts).
// stdout is taken for the protocol before anything is loaded that might write to it.
import { claimStdout } from '../base/stdout-guard.ts'

const output = claimStdout()
// What is written is for this user only, whatever the host says.
process.umask(0o077)
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    process.stderr.write(`tmws-embedded error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    process.exit(1)
  })
}
const { printVersion, runEmbedded } = await import('./embedded-server.ts')
// A thread that is still busy must not keep the process.
process.exit(await (process.argv.includes('--version') ? printVersion(output) : runEmbedded(output)))
