import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Summary } from './statistics.ts'

/** One measured thing. `aim` is what the project wants of `p50`, in the same unit. */
export interface Row {
  readonly what: string
  readonly unit: string
  readonly summary: Summary
  readonly aim?: number
}

/** Prints a table and writes the same as JSON into `test-results/bench/`. */
export function report(name: string, rows: readonly Row[], facts: Readonly<Record<string, unknown>>): void {
  const lines = rows.map(({ what, unit, summary, aim }) => [
    what,
    unit,
    ...[summary.p50, summary.p95, summary.p99, summary.max].map((value) => value.toFixed(value < 10 ? 3 : 1)),
    String(summary.count),
    aim === undefined ? '' : `${summary.p50 <= aim ? 'met ' : 'MISSED'} <= ${aim}`,
  ])
  const header = ['', 'unit', 'p50', 'p95', 'p99', 'max', 'n', 'aim for p50']
  const widths = header.map((title, column) => Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)))
  for (const line of [header, ...lines]) {
    console.log(
      line.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  '),
    )
  }
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, memory_gib: Math.round(totalmem() / 2 ** 30), node: process.version }
  const folder = join('test-results', 'bench')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${name}.json`)
  writeFileSync(file, `${JSON.stringify({ name, at: new Date().toISOString(), machine, facts, rows }, null, 2)}\n`)
  console.log(`\n${JSON.stringify({ ...machine, ...facts })}\nWritten to ${file}`)
}

/** `--name 5` from the command line, or a default. */
export function numberFlag(name: string, fallback: number): number {
  const index = process.argv.indexOf(`--${name}`)
  const value = index === -1 ? fallback : Number(process.argv[index + 1])
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} must be a whole number of 1 or more.`)
  return value
}

/** `--name text` from the command line. */
export function textFlag(name: string): string | undefined {
  const index = process.argv.indexOf(`--${name}`)
  return index === -1 ? undefined : process.argv[index + 1]
}
