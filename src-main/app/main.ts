// The entry of the app. What the `tmws` command knows runs as plain Node, before anything here touches a display: Electron waits for
// this module, and opens none until it has been evaluated (ADR 18).
import { commandArguments } from './command-verbs.ts'
import { runCommandAsNode } from './run-as-node.ts'

const { command, rest } = commandArguments(process.argv, 'defaultApp' in process && process.defaultApp)
if (command) {
  // eslint-disable-next-line no-restricted-syntax -- an entry file
  process.exit(await runCommandAsNode(rest))
} else {
  // Awaited, since Electron is ready as soon as this module is evaluated, and much may only be said before. Nothing in it waits for that.
  const { runApp } = await import('./run-app.ts')
  runApp(rest)
}
