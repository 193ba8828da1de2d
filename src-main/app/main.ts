// The entry of the app. What the `tmws` command knows runs as plain Node, before anything here touches a display: Electron waits for
// this module, and opens none until it has been evaluated (ADR 18).
import { commandArguments } from './command-verbs.ts'
import { runCommandAsNode } from './run-as-node.ts'

const args = commandArguments(process.argv, 'defaultApp' in process && process.defaultApp)
// eslint-disable-next-line no-restricted-syntax -- an entry file
if (args.command) process.exit(await runCommandAsNode(args.rest))
// Not awaited: Electron becomes ready only when this module has been evaluated.
else
  import('./run-app.ts').then(
    ({ runApp }) => runApp(args.rest),
    (error: unknown) => {
      process.stderr.write(`tmws: the app could not be loaded (${String(error)}).\n`)
      process.exitCode = 1
    },
  )
