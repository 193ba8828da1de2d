import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '..', '..')

/** What the model that is shipped is called. */
export const MODEL_ID = 'all-MiniLM-L6-v2-int8-fixed'

/** What the build made, and the tests start. */
export const BUILT = {
  server: process.env['TMWS_E2E_SERVER'] ?? join(ROOT, 'out', 'main', 'tmws.js'),
  bridge: join(ROOT, 'out', 'bridge', 'tmws-bridge.cjs'),
  fallback: join(ROOT, 'out', 'fallback', 'fallback.js'),
  client: join(ROOT, 'out', 'client', 'node.js'),
  browserClient: join(ROOT, 'out', 'client', 'index.js'),
  model: join(ROOT, 'resources', 'models', MODEL_ID),
} as const
