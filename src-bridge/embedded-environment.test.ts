import { expect, test } from 'vitest'
import { embeddedEnvironment } from './embedded-environment.ts'

test('the embedded program gets the settings of the host, and the identity that the bridge made out', () => {
  const env = {
    PATH: '/usr/bin',
    TMWS_DATA_DIR: '/data here',
    TMWS_AGENT_ID: 'of-the-environment',
    TMWS_LOG_LEVEL: 'silent',
    // Where the server is, to the bridge; where it would listen, to a server's settings.
    TMWS_WS_HOST: '192.0.2.1',
    TMWS_WS_PORT: '9000',
    TMWS_BRIDGE_MODE: 'hybrid',
    TMWS_STDIO_FALLBACK: 'true',
    TMWS_TOKEN: 'secret',
    TMWS_DATABASE_URL: '${user_config.database}',
  }
  expect(embeddedEnvironment(env, { agentId: 'by-flag', namespace: 'n', capabilities: '{"a":1}' })).toEqual({
    PATH: '/usr/bin',
    TMWS_DATA_DIR: '/data here',
    TMWS_AGENT_ID: 'by-flag',
    TMWS_AGENT_NAMESPACE: 'n',
    TMWS_AGENT_CAPABILITIES: '{"a":1}',
    TMWS_LOG_LEVEL: 'error',
  })
})
