import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { BRIDGE_VARIABLES, SETTINGS } from './settings-table.ts'
import type { Setting } from './settings-table.ts'

interface Line {
  readonly name: string
  readonly value: string
}

function readExample(): readonly Line[] {
  const text = readFileSync(new URL('../../example.env', import.meta.url), 'utf8')
  return [...text.matchAll(/^(?:# ?)?(TMWS_[A-Z0-9_]+)=(.*)$/gm)].map(([, name = '', value = '']) => ({ name, value: value.trim() }))
}

const settings: readonly Setting<unknown>[] = Object.values(SETTINGS)

describe('example.env', () => {
  test('lists every setting and every variable of the bridge once, and nothing else', () => {
    const names = readExample().map(({ name }) => name)
    expect(names.toSorted()).toEqual([...settings.map(({ env }) => env), ...BRIDGE_VARIABLES].toSorted())
  })

  test('shows values that are allowed', () => {
    const wrong = readExample().filter(({ name, value }) => {
      const setting = settings.find(({ env }) => env === name)
      return setting !== undefined && value !== '' && setting.kind.read(value) === undefined
    })
    expect(wrong).toEqual([])
  })

  test('shows the default of every setting that has one', () => {
    const shown = new Map(readExample().map(({ name, value }) => [name, value]))
    const other = settings.flatMap(({ env, kind, default: fallback }) => {
      const value = shown.get(env)
      return fallback === undefined || JSON.stringify(kind.read(value)) === JSON.stringify(fallback)
        ? []
        : [`${env}=${value ?? ''} (default ${JSON.stringify(fallback)})`]
    })
    expect(other).toEqual([])
  })

  test('holds no secret', () => {
    const secrets = settings.filter(({ isSecret }) => isSecret).map(({ env }) => env)
    expect(readExample().filter(({ name, value }) => secrets.includes(name as `TMWS_${string}`) && value !== '')).toEqual([])
  })
})

test('flags and variables are named after their setting', () => {
  for (const [name, { env, flag }] of Object.entries(SETTINGS as Record<string, Setting<unknown>>)) {
    expect(env).toBe(`TMWS_${name.toUpperCase()}`)
    if (flag !== undefined) expect(flag).toBe(`--${name.replaceAll('_', '-')}`)
  }
})
