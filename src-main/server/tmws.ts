#!/usr/bin/env node
// The entry of the command. Checks the runtime before anything native is loaded: better-sqlite3 ends an older Node with a
// segmentation fault and no message.
import { markStarting, unmarkStarting } from '../base/starting-mark.ts'
import { earlyRuntimeFile } from '../config/early-runtime-file.ts'
import { isSupportedNode } from './node-version.ts'

if (isSupportedNode(process.versions)) {
  // What is written is for this user only, whatever the shell says; files that are for more are made so by name.
  process.umask(0o077)
  if (process.argv.includes('--server')) {
    // Said before everything else is loaded, which takes most of a start.
    const runtimeFile = earlyRuntimeFile()
    markStarting(runtimeFile)
    process.once('exit', () => unmarkStarting(runtimeFile))
  }
  const { runCommandLine } = await import('./command-line.ts')
  process.exitCode = await runCommandLine(process.argv.slice(2))
} else {
  process.stderr.write(`TMWS needs Node 22.14 or newer (24 is best); this is Node ${process.versions.node}.\n`)
  process.exitCode = 1
}
