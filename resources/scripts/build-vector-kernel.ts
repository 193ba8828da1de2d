// Compiles vector-kernel.wat, and writes it as the constant that the store loads: `node resources/scripts/build-vector-kernel.ts`.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import openWabt from 'wabt'

const SOURCE = new URL('vector-kernel.wat', import.meta.url)
export const TARGET = new URL('../../src-main/storage/sqlite/vector-kernel-code.ts', import.meta.url)

/** The text of the module that holds the compiled kernel. */
export async function compileKernel(): Promise<string> {
  const wabt = await openWabt()
  const module = wabt.parseWat('vector-kernel.wat', readFileSync(SOURCE, 'utf8'), { simd: true })
  const { buffer } = module.toBinary({})
  module.destroy()
  const code = Buffer.from(buffer).toString('base64')
  const lines = (code.match(/.{1,120}/g) ?? []).map((line) => `  '${line}'`)
  return `/** vector-kernel.wat, compiled by \`node resources/scripts/build-vector-kernel.ts\`. */\nexport const VECTOR_KERNEL_CODE =\n${lines.join(' +\n')}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(TARGET, await compileKernel())
