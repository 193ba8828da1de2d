import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from './fixtures.ts'
import { BUILT } from './processes/places.ts'

const BUDGET_KB = 300

test('what the first paint needs is within its budget, and what few look at is fetched when they do', { tag: '@sqlite' }, () => {
  const folder = join(dirname(BUILT.server), '..', 'renderer')
  const html = readFileSync(join(folder, 'index.html'), 'utf8')
  const first = [...html.matchAll(/(?:src|href)="\.?\/?(assets\/[^"]+\.js)"/g)].map(([, file]) => file!)
  expect(first.length).toBeGreaterThan(0)
  const files = new Set<string>()
  const follow = (file: string) => {
    if (files.has(file)) return
    files.add(file)
    const text = readFileSync(join(folder, file), 'utf8')
    // Imports that run at once; those by import() are not among them.
    for (const [, next] of text.matchAll(/(?:^|[;}\s])import\s*(?:[^"'();]*?from\s*)?["']\.\/([^"']+\.js)["']/g))
      follow(join(dirname(file), next!))
  }
  for (const file of first) follow(file)
  const sizes = [...files].map((file) => ({ file, kb: gzipSync(readFileSync(join(folder, file))).length / 1000 }))
  const total = sizes.reduce((sum, { kb }) => sum + kb, 0)
  console.log(`first paint: ${total.toFixed(0)} KB of JavaScript in ${sizes.length} files, gzip`)
  expect(total, JSON.stringify(sizes)).toBeLessThan(BUDGET_KB)
  const early = sizes.map(({ file }) => file).join(' ')
  for (const late of ['map', 'graph', 'dagre', 'formatted-text', 'ja-', 'workflows-screen', 'settings'])
    expect(early).not.toMatch(new RegExp(`assets/[^ ]*${late}`))
})
