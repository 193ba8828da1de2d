import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { WEIGHTS } from './shipped-packages.ts'
import type { ShippedPackage } from './shipped-packages.ts'

const TEXT_FILE = /^(licen[cs]e|copying|notice|third[-_ ]?party[-_ ]?(notices?|licen[cs]es?))([-_.].*)?$/i
const RULE = '='.repeat(100)

/** One text with the notice of every package, as their licences ask for; those with the same words are written once. */
export function licenceTexts(root: string, packages: readonly ShippedPackage[]): string {
  const byText = new Map<string, string[]>()
  for (const shipped of packages) {
    const text = textOf(root, shipped)
    const title = `${shipped.name} ${shipped.version} (${shipped.licence ?? 'no licence stated'})${shipped.name === WEIGHTS ? ': weights and vocabulary of the model all-MiniLM-L6-v2, from which resources/models is built' : ''}`
    byText.set(text, [...(byText.get(text) ?? []), title])
  }
  const parts = [...byText].map(([text, titles]) => `${RULE}\n${titles.join('\n')}\n${RULE}\n\n${text}\n`)
  return `TMWS holds, or needs beside it, the works of others that are listed here, each under its own licence.\n\n${parts.join('\n')}`
}

function textOf(root: string, { folder, licence }: ShippedPackage): string {
  const place = join(root, folder)
  const files = existsSync(place)
    ? readdirSync(place)
        .filter((name) => TEXT_FILE.test(name))
        .sort()
    : []
  const texts = files.map((name) => readFileSync(join(place, name), 'utf8').replaceAll('\r\n', '\n').trim())
  if (texts.length > 0) return texts.join('\n\n')
  const { author, repository } = existsSync(place)
    ? (JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')) as Record<string, unknown>)
    : {}
  const by = nameOf(author, 'name')
  const from = nameOf(repository, 'url')
  // A package for another kind of machine is not here, or one brings no text of its own.
  const facts = [
    `The package comes without a text of its licence, ${licence ?? 'which it does not state'}.`,
    ...(by === undefined ? [] : [`Author: ${by}`]),
    ...(from === undefined ? [] : [`Source: ${from}`]),
  ].join('\n')
  return licence === 'MIT' ? `${facts}\n\n${mitText(root)}` : facts
}

/** Our own licence has the words of it, after the line that says whose. */
function mitText(root: string): string {
  const own = readFileSync(join(root, 'LICENSE'), 'utf8')
  return own.slice(own.indexOf('Permission is hereby granted')).trim()
}

function nameOf(value: unknown, key: 'name' | 'url'): string | undefined {
  if (typeof value === 'string') return value
  const inner: unknown = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
  return typeof inner === 'string' ? inner : undefined
}
