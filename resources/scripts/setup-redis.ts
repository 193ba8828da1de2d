// Finds, or as root on Debian installs, the redis-server that tests start for themselves. Never starts the machine's own service.
import { fileURLToPath } from 'node:url'
import { installDebianPackage } from './debian-package.ts'
import { findRedis } from './redis-process.ts'

/** Path of a redis-server; undefined when there is none and none could be installed. Never throws. */
export function setUpRedis(say: (line: string) => void): string | undefined {
  if (findRedis() === undefined) installDebianPackage('redis-server', say)
  const program = findRedis()
  if (program === undefined)
    say(
      'No redis-server: the tests of a real Redis are skipped. Install it (Debian: apt-get install redis-server), or name one in TMWS_TEST_REDIS_SERVER.',
    )
  return program
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const program = setUpRedis((line) => console.log(line))
  if (program !== undefined) console.log(`redis-server: ${program}`)
}
