import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { asRuntimeFile } from '../../../src-main/contract/runtime-file.ts'
import type { BenchServer } from './bench-server.ts'

/** What makes a request one of the person at the machine. */
export function ownerHeaders(server: BenchServer): { readonly authorization: string } {
  const file = asRuntimeFile(JSON.parse(readFileSync(join(server.folder, 'runtime.json'), 'utf8')))
  if (file?.token === undefined) throw new Error('The discovery file holds no token.')
  return { authorization: `Bearer ${file.token}` }
}
