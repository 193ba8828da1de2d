import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

let known: string | undefined

/**
 * Names where a process id means the same process as here: this machine since it was started and, in a container, that container.
 * A host name alone does not say that: containers, and machines made from one image, may share it.
 */
export function processSpace(): string {
  known ??= read()
  return known
}

function read(): string {
  try {
    const space = `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`
    return `${hostname()}/${createHash('sha256').update(space).digest('base64url').slice(0, 12)}`
  } catch {
    // Not Linux: there are no containers that share its processes' numbers.
    return hostname()
  }
}
