// Finds, or as root on Debian installs, the nginx that tests start for themselves. Never starts the machine's own service.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installDebianPackage } from './debian-package.ts'

/** Path of an nginx; undefined when there is none. `TMWS_TEST_NGINX` names another one. */
export function findNginx(): string | undefined {
  const given = process.env['TMWS_TEST_NGINX']
  if (given !== undefined) return existsSync(given) ? given : undefined
  const places = (process.env['PATH'] ?? '').split(':').map((folder) => join(folder, 'nginx'))
  return [...places, '/usr/sbin/nginx', '/usr/local/sbin/nginx'].find((place) => existsSync(place))
}

/** Path of an nginx; undefined when there is none and none could be installed. Never throws. */
export function setUpNginx(say: (line: string) => void): string | undefined {
  if (findNginx() === undefined) installDebianPackage('nginx-light', say)
  const program = findNginx()
  if (program === undefined)
    say(
      'No nginx: the test of several instances behind one address is skipped. Install it (Debian: apt-get install nginx-light), or name one in TMWS_TEST_NGINX.',
    )
  return program
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const program = setUpNginx((line) => console.log(line))
  if (program !== undefined) console.log(`nginx: ${program}`)
}
