import { resolve } from 'node:path'
import { readEnvironment } from './env.ts'
import { defaultRuntimeFile } from './paths.ts'

/** Where the discovery file will most likely be, known before any settings file is read or anything heavy is loaded. */
export function earlyRuntimeFile(): string {
  return resolve(readEnvironment().settings['TMWS_RUNTIME_FILE'] ?? defaultRuntimeFile())
}
