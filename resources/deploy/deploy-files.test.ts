import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { loadConfig } from '../../src-main/config/config.ts'
import { SETTINGS } from '../../src-main/config/settings-table.ts'

const textOf = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8')
const files = readdirSync(import.meta.dirname).filter((name) => !name.endsWith('.test.ts'))
const known: ReadonlySet<string> = new Set(Object.values(SETTINGS).map(({ env }) => env))

interface Compose {
  readonly services: Record<string, { environment?: Record<string, string>; depends_on?: unknown; volumes?: string[] }>
  readonly volumes: Record<string, unknown>
}

test.each(files)('%s sets only what is a setting', (name) => {
  const named = textOf(name).match(/\bTMWS_[A-Z_]+\b/g) ?? []
  expect([...new Set(named)].filter((variable) => !known.has(variable))).toEqual([])
})

test('an instance of the compose file starts with its settings', () => {
  const { services } = parse(textOf('compose.yaml'), { merge: true }) as Compose
  const given: Record<string, string> = { TMWS_SECRET_KEY: 'k9Zp2vQx7Lm4Rt8Wn3Yb6Hc1Jd5Fg0Sa', POSTGRES_PASSWORD: 'secret' }
  for (const name of ['tmws-1', 'tmws-2']) {
    const settings = Object.fromEntries(
      Object.entries(services[name]?.environment ?? {}).map(([variable, value]) => [
        variable,
        value.replace(/\$\{(\w+)(?::(.)([^}]*))?\}/g, (_, variableName: string, kind: string, rest: string) => {
          return given[variableName] ?? (kind === '-' ? rest.slice(0) : '')
        }),
      ]),
    )
    const image = Object.fromEntries(
      [...textOf('Dockerfile').matchAll(/\b(TMWS_\w+)=(\S+)/g)].map(([, variable, value]) => [variable ?? '', value ?? '']),
    )
    const config = loadConfig({ flags: {}, environment: { settings: { ...image, ...settings }, machine: {} } })
    expect(config).toMatchObject({ environment: 'production', api: { host: '0.0.0.0' }, auth: { enabled: true }, dataDir: '/data' })
    expect(config.publicUrl).toBe('http://127.0.0.1:8080')
  }
})

test('nginx knows the instances that the compose file has', () => {
  const { services } = parse(textOf('compose.yaml'), { merge: true }) as Compose
  const instances = Object.keys(services).filter((name) => name.startsWith('tmws-'))
  const upstreams = new Set([...textOf('nginx.conf').matchAll(/^\s*server (\S+):800[01] /gm)].map(([, host]) => host))
  expect([...upstreams].sort()).toEqual(instances.sort())
})

test('the image runs what the package installs', () => {
  const { bin } = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8')) as { bin: { tmws: string } } // ours
  expect(textOf('Dockerfile')).toContain(`/app/node_modules/tmws/${bin.tmws.replace(/^\.\//, '')}`)
})
