import { REST_ROUTES, fullPathOf } from '../../src-main/contract/rest.ts'
import { scopeOf, TOOLS } from '../../src-main/contract/tools.ts'
import type { Scope } from './callers.ts'

/** What a path needs: nothing, a scope, or the person at the machine. */
export type Need = 'open' | Scope | 'owner'

/** Every path that no tool answers, as `METHOD /path`. A new one fails the test until it stands here. */
const PLAIN: Readonly<Record<string, Need>> = {
  'GET /health': 'open',
  'GET /health/live': 'open',
  'GET /health/ready': 'open',
  'GET /metrics': 'read',
  'POST /api/v1/login': 'open',
  'GET /api/v1/export': 'owner',
  'POST /api/v1/import': 'owner',
  'GET /api/v1/backups': 'owner',
  'POST /api/v1/backups': 'owner',
  'POST /api/v1/backups/{name}/restore': 'owner',
  'GET /api/v1/settings': 'owner',
  'PATCH /api/v1/settings': 'owner',
  'GET /api/v1/audit/export': 'admin',
  'GET /api/v1/map': 'read',
  'GET /api/v1/map/progress': 'read',
  'GET /api/v1/map/cards': 'read',
  'GET /api/v1/graph': 'read',
  'GET /api/v1/clients': 'owner',
  'GET /api/v1/clients/{client_id}/preview': 'owner',
  'POST /api/v1/clients/{client_id}/connect': 'owner',
  'POST /api/v1/clients/{client_id}/repair': 'owner',
  'POST /api/v1/clients/{client_id}/undo': 'owner',
  'POST /api/v1/clients/{client_id}/verify': 'owner',
  'GET /api/v1/clients/{client_id}/mcpb': 'owner',
}

/** Needs by `METHOD /path` of the document, from the contract. */
export const REST_NEEDS: ReadonlyMap<string, Need> = new Map([
  ...Object.entries(PLAIN),
  ...REST_ROUTES.map((route) => {
    const path = fullPathOf(route).replace(/:(\w+)/g, '{$1}')
    return [`${route.method} ${path}`, scopeOf(TOOLS[route.tool], route.fixed ?? {})] as const
  }),
])
