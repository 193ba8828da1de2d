import { Writable } from 'node:stream'

/**
 * Takes stdout for the protocol: returns the one stream that still reaches it. Whatever else writes to `process.stdout`
 * (console.log of a preloaded script, a warning of a library) goes to stderr, since one stray line ends a host's session.
 */
export function claimStdout(): Writable {
  const { stdout, stderr } = process
  const writeToStdout = stdout.write.bind(stdout)
  stdout.write = stderr.write.bind(stderr)
  // A host that closed its end of stderr must not end us.
  stderr.on('error', () => undefined)
  const claimed = new Writable({
    highWaterMark: 1024 * 1024,
    write: (chunk: Buffer, _encoding, done) => {
      writeToStdout(chunk, (error?: Error | null) => done(error))
    },
  })
  stdout.on('error', (error: Error) => claimed.destroy(error))
  return claimed
}
