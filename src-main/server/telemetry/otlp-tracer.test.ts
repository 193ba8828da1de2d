import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { silentLog } from '../../base/log.ts'
import { WsClient } from '../../transport/ws/testing/ws-client.ts'
import { gatherLog } from '../testing/gathered-log.ts'
import type { GatheredLine } from '../testing/gathered-log.ts'
import { TestServer } from '../testing/start-test-server.ts'
import { TraceCollector } from '../testing/trace-collector.ts'
import type { ReceivedSpan } from '../testing/trace-collector.ts'
import { OtlpTracer } from './otlp-tracer.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const CALLER = '00f067aa0ba902b7'
const traceparent = `00-${TRACE}-${CALLER}-01`
const attributesOf = (span: ReceivedSpan | undefined) =>
  Object.fromEntries((span?.attributes ?? []).map(({ key, value }) => [key, Object.values(value)[0]]))

const start = (collector: TraceCollector, settings: Record<string, string> = {}) =>
  TestServer.start({ TMWS_TRACE_URL: collector.url, TMWS_TRACE_HEADERS: '{"authorization":"Bearer collectors-own"}', ...settings })

describe('traces', () => {
  test('hold a request, its tool, and what the store and the model did for it, within the trace of the caller', async () => {
    await using collector = await TraceCollector.start()
    const server = await start(collector)
    const headers = { traceparent, authorization: 'Bearer not-for-traces', cookie: 'a=not-for-traces' }
    await server.rest('POST', '/memory', { agent: 'marguerite', headers, body: { content: 'tide tables of today' } })
    const found = await server.rest('POST', '/memory/search?x=not-for-traces', { agent: 'marguerite', headers, body: { query: 'tide' } })
    await server.rest('GET', '/memory/00000000-0000-7000-8000-000000000000', { agent: 'marguerite', headers })
    // A stop sends what is left.
    await server.stop()

    const [request] = collector.named('POST /api/v1/memory/search')
    const [tool] = collector.named('tool semantic_search')
    const [candidates] = collector.named('store memories.candidates')
    const [embedding] = collector.named('embedding query')
    expect(request).toMatchObject({ traceId: TRACE, parentSpanId: CALLER, kind: 2 })
    expect(tool).toMatchObject({ traceId: TRACE, parentSpanId: request?.spanId })
    expect(candidates).toMatchObject({ traceId: TRACE, parentSpanId: tool?.spanId, kind: 3 })
    expect(embedding).toMatchObject({ traceId: TRACE, parentSpanId: tool?.spanId })
    expect(attributesOf(request)).toEqual({
      'http.request.method': 'POST',
      'http.route': '/api/v1/memory/search',
      'http.response.status_code': 200,
      'tmws.request.id': found.headers.get('x-request-id'),
    })
    expect(attributesOf(tool)).toMatchObject({
      'gen_ai.tool.name': 'semantic_search',
      'tmws.request.id': found.headers.get('x-request-id'),
    })
    const [failed] = collector.named('tool recall_memory')
    expect([failed?.status?.code, attributesOf(failed)['error.type']]).toEqual([2, 'not_found'])
    // What goes on in the background is nobody's trace.
    expect(new Set(collector.spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE]))
    expect(collector.lastHeaders.authorization).toBe('Bearer collectors-own')
    expect(collector.bodies.join('\n')).not.toMatch(/tide|marguerite|not-for-traces|127\.0\.0\.1/)
  })

  test('take the trace that a message of MCP names, over a WebSocket and over HTTP', async () => {
    await using collector = await TraceCollector.start()
    const server = await start(collector)
    const call = (id: number, parent: unknown) => ({
      jsonrpc: '2.0',
      id,
      method: 'tools/call',
      params: { name: 'list_memories', arguments: {}, _meta: { traceparent: parent } },
    })
    const client = await WsClient.open(server.wsUrl, { agent: 'carol' })
    await client.ask('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } })
    for (const parent of [traceparent, 'nonsense', 7]) await client.ask('tools/call', call(1, parent).params)
    client.socket.close()
    const answer = await fetch(`${server.apiUrl}/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'x-agent-id': 'dora' },
      body: JSON.stringify(call(9, traceparent)),
    })
    await answer.text()
    await server.stop()

    const tools = collector.named('tool list_memories')
    const [http] = collector.named('POST /mcp')
    expect(tools).toHaveLength(4)
    expect(tools.filter(({ traceId, parentSpanId }) => traceId === TRACE && parentSpanId === CALLER)).toHaveLength(2)
    expect(tools.filter(({ traceId }) => traceId !== TRACE).map(({ parentSpanId }) => parentSpanId ?? '')).toEqual(['', ''])
    // The request that carried it is linked, being in a trace of its own.
    expect(tools.flatMap(({ links = [] }) => links).map(({ spanId }) => spanId)).toEqual([http?.spanId])
  })

  test('are made of the share that the setting says, unless the caller has decided', async () => {
    await using collector = await TraceCollector.start()
    const server = await start(collector, { TMWS_TRACE_RATIO: '0' })
    await server.rest('GET', '/memory', { agent: 'ann' })
    await server.rest('GET', '/memory', { agent: 'ann', headers: { traceparent: `00-${TRACE}-${CALLER}-00` } })
    await server.rest('GET', '/memory', { agent: 'ann', headers: { traceparent } })
    await server.stop()
    expect(collector.named('GET /api/v1/memory')).toHaveLength(1)
  })

  test.each(['gone', 'refusing', 'silent'] as const)(
    'that a receiver does not take, being %s, harm nobody and hold up no stop',
    async (how) => {
      await using collector = await TraceCollector.start()
      const { url } = collector
      if (how === 'refusing') collector.answers = 400
      if (how === 'silent') collector.answers = null
      const lines: GatheredLine[] = []
      const place = how === 'gone' ? 'http://127.0.0.1:9/v1/traces' : url
      const tracer = new OtlpTracer({
        url: place,
        ratio: 1,
        headers: { authorization: 'Bearer hunter2hunter2' },
        version: '0',
        log: gatherLog(lines),
        gatherMs: 20,
      })
      for (let count = 0; count < 10_000; count++) tracer.begin('work').end()
      const begun = performance.now()
      await tracer.close()
      expect(performance.now() - begun).toBeLessThan(10_000)
      expect(lines.filter(({ level }) => level === 'warn').length).toBeLessThanOrEqual(1)
      if (how === 'refusing') expect(lines[0]?.msg).toBe('traces cannot be sent and are dropped until they can')
      expect(JSON.stringify(lines)).not.toContain('hunter2')
    },
  )

  test('name the trace in the lines of the log', async () => {
    await using collector = await TraceCollector.start()
    const tracer = new OtlpTracer({ url: collector.url, ratio: 1, headers: {}, version: '0', log: silentLog })
    const span = tracer.begin('work', { traceparent })
    expect(span.traceId).toBe(TRACE)
    span.end()
    span.end('twice')
    await tracer.close()
    expect(collector.named('work')).toHaveLength(1)
  })

  test('that are off cost nothing: nothing of OpenTelemetry is loaded but its bare interface, which prom-client brings', () => {
    const script = `
      import { registerHooks } from 'node:module'
      registerHooks({ load: (url, context, next) => { if (/opentelemetry.(?!api)/.test(url)) console.log('LOADED ' + url); return next(url, context) } })
      const { openTracer } = await import('${new URL('./telemetry.ts', import.meta.url).href}').then(() => import('${new URL('./open-tracer.ts', import.meta.url).href}'))
      const silent = { child: () => silent }
      await openTracer(undefined, '0', silent)
      console.log('off')
      await openTracer({ url: 'http://127.0.0.1:9/', ratio: 1, headers: {} }, '0', silent)`
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' })
    expect(output.slice(0, output.indexOf('off'))).toBe('')
    expect(output).toContain('LOADED')
  })
})
