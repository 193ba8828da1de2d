import { describe, expect, test } from 'vitest'
import { readCommand } from './options.ts'

test('with nothing given the agent has a name of its own and no address', () => {
  expect(readCommand([], {})).toEqual({
    kind: 'run',
    options: { identity: { agentId: 'stdio-client' }, mode: 'hybrid', fallback: true, logLevel: 'info' },
  })
})

test('a flag wins over the environment, and each value knows where it is from', () => {
  const env = {
    TMWS_WS_HOST: '10.0.0.1',
    TMWS_WS_PORT: '9000',
    TMWS_AGENT_ID: 'env-agent',
    TMWS_AGENT_NAMESPACE: 'team',
    TMWS_BRIDGE_MODE: 'hybrid',
    TMWS_TOKEN: 'secret',
  }
  const command = readCommand(['--port', '9001', '--agent-id=flag-agent', '--bridge-mode', 'websocket'], env)
  expect(command).toEqual({
    kind: 'run',
    options: {
      host: { value: '10.0.0.1', by: 'TMWS_WS_HOST' },
      port: { value: 9001, by: '--port' },
      identity: { agentId: 'flag-agent', namespace: 'team', token: 'secret' },
      mode: 'websocket',
      fallback: true,
      logLevel: 'info',
    },
  })
})

test('arguments and values of strangers are ignored', () => {
  const command = readCommand(['--type=utility', 'entry.js', '--user-data-dir', '/x y', '-z', '--port=9001', '--'], {})
  expect(command).toMatchObject({ kind: 'run', options: { port: { value: 9001 } } })
})

test('empty settings and placeholders that a host did not expand count as not given', () => {
  const command = readCommand([], { TMWS_TOKEN: '${user_config.token}', TMWS_WS_HOST: '', TMWS_AGENT_ID: '  ' })
  expect(command).toMatchObject({ kind: 'run', options: { identity: { agentId: 'stdio-client' } } })
  expect(command).not.toHaveProperty('options.identity.token')
})

test('capabilities travel as ASCII and mean the same', () => {
  const command = readCommand([], { TMWS_AGENT_CAPABILITIES: '{ "languages": ["日本語", "é"] }' })
  const sent = (command as { options: { identity: { capabilities: string } } }).options.identity.capabilities
  expect(sent).toMatch(/^[\x20-\x7e]+$/)
  expect(JSON.parse(sent)).toEqual({ languages: ['日本語', 'é'] })
})

describe('a wrong setting is refused in one sentence that names it', () => {
  test.each([
    [['--port', '70000'], {}, /--port is "70000"/],
    [[], { TMWS_WS_PORT: 'abc' }, /TMWS_WS_PORT is "abc"/],
    [['--host', 'ws://x:1'], {}, /--host is "ws:\/\/x:1"/],
    [['--host', 'a:b'], {}, /--host/],
    [['--port'], {}, /--port needs a value/],
    [['--agent-id', 'two words'], {}, /--agent-id/],
    [[], { TMWS_AGENT_CAPABILITIES: '{broken' }, /TMWS_AGENT_CAPABILITIES is not valid JSON/],
    [[], { TMWS_AGENT_CAPABILITIES: '42' }, /TMWS_AGENT_CAPABILITIES must be a JSON object/],
    [[], { TMWS_BRIDGE_MODE: 'fast' }, /TMWS_BRIDGE_MODE is "fast"; it must be hybrid, websocket or stdio/],
    [[], { TMWS_STDIO_FALLBACK: 'maybe' }, /TMWS_STDIO_FALLBACK is "maybe"; it must be true or false/],
  ])('%j %j', (argv, env, sentence) => {
    expect(readCommand(argv, env)).toEqual({ kind: 'refuse', sentence: expect.stringMatching(sentence) as string })
  })
})

test('a token is never repeated in a sentence', () => {
  const command = readCommand([], { TMWS_TOKEN: 'half a secret' })
  expect(command).toMatchObject({ kind: 'refuse' })
  expect(JSON.stringify(command)).not.toContain('half')
})

test('--help, --version and --test are commands', () => {
  expect(readCommand(['--help'], {}).kind).toBe('help')
  expect(readCommand(['--version'], {}).kind).toBe('version')
  expect(readCommand(['--test'], {}).kind).toBe('test')
})

test.each([
  ['false', false],
  ['Off', false],
  ['1', true],
])('TMWS_STDIO_FALLBACK=%s', (given, fallback) => {
  expect(readCommand([], { TMWS_STDIO_FALLBACK: given })).toMatchObject({ options: { fallback } })
})
