import { parser } from '@prometheus-io/lezer-promql'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { mountGauges } from '../../src-main/server/telemetry/gauges.ts'
import { TestServer } from '../../src-main/server/testing/start-test-server.ts'
import { WsClient } from '../../src-main/transport/ws/testing/ws-client.ts'

const textOf = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8')
const guide = readFileSync(join(import.meta.dirname, '..', 'docs', 'operations.md'), 'utf8')

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert: string; readonly expr: string; readonly annotations: { readonly runbook: string } }[]
  }[]
}
interface Panel {
  readonly title: string
  readonly targets?: readonly { readonly expr: string }[]
}
const rules = (parse(textOf('alerts.yaml')) as Rules).groups.flatMap((group) => group.rules)
const { panels } = JSON.parse(textOf('grafana-dashboard.json')) as { readonly panels: readonly Panel[] }
const questions: [string, string][] = [
  ...rules.map(({ alert, expr }): [string, string] => [`alert ${alert}`, expr]),
  ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }): [string, string] => [`panel ${title}`, inGrafana(expr)])),
]

/** What Grafana puts in the place of its variables. */
function inGrafana(expr: string): string {
  return expr.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*')
}

/** What a question asks for: names of series with the labels that they are chosen and grouped by. */
function readQuestion(expr: string): {
  readonly isSound: boolean
  readonly metrics: string[]
  readonly labels: string[]
  readonly equals: [string, string][]
} {
  const metrics: string[] = []
  const labels: string[] = []
  const equals: [string, string][] = []
  let isSound = true
  let label = ''
  let isEqual = false
  parser.parse(expr).iterate({
    enter: ({ type, from, to }) => {
      const text = expr.slice(from, to)
      if (type.isError) isSound = false
      else if (type.name === 'Identifier') metrics.push(text)
      else if (type.name === 'LabelName') labels.push((label = text))
      else if (type.name === 'MatchOp') isEqual = text === '='
      else if (type.name === 'StringLiteral' && isEqual) equals.push([label, text.slice(1, -1)])
    },
  })
  return { isSound, metrics, labels, equals }
}

/** Labels that Prometheus itself adds. */
const OF_PROMETHEUS = ['instance', 'job']
let answer = ''

/** Samples of a metric in what a server answers, by their labels. */
function samplesOf(metric: string): Record<string, string>[] {
  return answer.split('\n').flatMap((line) => {
    const [, name, inner = ''] = /^(\w+)(?:\{(.*)\})? \S+$/.exec(line) ?? []
    return name === metric
      ? [Object.fromEntries([...inner.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key ?? '', value ?? '']))]
      : []
  })
}

beforeAll(async () => {
  await using server = await TestServer.start({ TMWS_RATE_LIMIT_REQUESTS: '5' })
  await server.rest('POST', '/memory', { agent: 'ann', body: { content: 'a memory of ours' } })
  await server.server.context.indexer.settled()
  await server.rest('POST', '/memory/search', { agent: 'ann', body: { query: 'memory' } })
  await server.rest('GET', '/memory/00000000-0000-7000-8000-000000000000', { agent: 'ann' })
  // The store refuses that.
  await server.rest('PATCH', '/memory/00000000-0000-7000-8000-000000000000', { agent: 'bob', body: { importance: 1 } })
  const client = await WsClient.open(server.wsUrl, { agent: 'carol' })
  await client.close()
  // The store of this server has no pool, and there is no Redis: what they add comes from the same place.
  const others = new Registry()
  mountGauges(others, {
    sessions: () => [],
    silentPeers: () => 0,
    queues: {},
    indexBacklog: () => Promise.resolve(undefined),
    health: () => Promise.reject(new Error('not here')),
    pool: () => ({ size: 2, busy: 1, waiting: 0 }),
    redisIsUp: () => true,
  })
  for (const name of ['tmws_database_connections', 'tmws_redis_up']) answer += `${await others.getSingleMetricAsString(name)}\n`
  answer += (await server.rest<string>('GET', '//metrics')).body
})

describe('rules and dashboard', () => {
  test.each(questions)('%s asks in sound PromQL, for what a server tells', (_where, expr) => {
    const { isSound, metrics, labels, equals } = readQuestion(expr)
    expect([isSound, metrics.length > 0]).toEqual([true, true])
    const known = metrics.filter((metric) => metric !== 'up')
    for (const metric of known) expect([metric, samplesOf(metric).length > 0]).toEqual([metric, true])
    if (known.length === 0) return
    const told = new Set([...OF_PROMETHEUS, ...known.flatMap((metric) => samplesOf(metric).flatMap((sample) => Object.keys(sample)))])
    expect(labels.filter((label) => !told.has(label))).toEqual([])
    const missing = equals.filter(([label, value]) => !known.some((metric) => samplesOf(metric).some((sample) => sample[label] === value)))
    expect(missing.filter(([label]) => !OF_PROMETHEUS.includes(label))).toEqual([])
  })

  test.each(rules)('$alert says where to look', ({ annotations }) => {
    const headings = [...guide.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => `operations.md#${title.toLowerCase().replace(/ /g, '-')}`)
    expect(headings).toContain(annotations.runbook)
  })
})

test('the guide lists every metric of ours with its type and labels, and no other', () => {
  const listed = [...guide.matchAll(/^\| `(tmws_\w+)` \| (\w+) \|([\w, ]*)\|/gm)].map(([, name = '', type = '', labels = '']) => [
    name,
    type,
    labels
      .split(/, ?/)
      .map((label) => label.trim())
      .filter((label) => label !== '')
      .sort(),
  ])
  const told = [...answer.matchAll(/^# TYPE (tmws_\w+) (\w+)$/gm)].map(([, name = '', type = '']) => {
    const samples = samplesOf(type === 'histogram' ? `${name}_count` : name)
    return [name, type, [...new Set(samples.flatMap((sample) => Object.keys(sample)))].sort()]
  })
  expect(listed.sort()).toEqual(told.sort())
})

describe('promtool', () => {
  // Not of the npm registry; Debian's package `prometheus` has it.
  const promtool = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'promtool'))
    .find((file) => existsSync(file))
  const title = promtool === undefined ? 'checks the rules (NOT RUN: promtool is not installed)' : 'checks the rules'
  test.skipIf(promtool === undefined)(title, () => {
    const output = execFileSync(promtool ?? '', ['check', 'rules', join(import.meta.dirname, 'alerts.yaml')], { encoding: 'utf8' })
    expect(output).toContain(`${rules.length} rules found`)
  })
})

afterAll(() => (answer = ''))
