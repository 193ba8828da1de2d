import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { LocalEventBus } from '../../base/event-bus.ts'
import { silentLog } from '../../base/log.ts'
import { readTokenFile, tokenFileOf } from '../../base/token-files.ts'
import { hashOfSecret, TokenService } from '../../coordination/token-service.ts'
import { openStores } from '../../storage/open-stores.ts'
import type { Stores } from '../../storage/open-stores.ts'
import type { AgentKeys } from '../connect/agent-keys.ts'
import { agentTokenKeys } from './agent-token-keys.ts'
import { deskOf } from './token-desk.ts'

let folder: string
let runtimeFile: string
let stores: Stores
let keys: AgentKeys
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tmws-keys-'))
  runtimeFile = join(folder, 'runtime.json')
  stores = await openStores({ provider: 'volatile' })
  const service = new TokenService({ store: stores.tokens, bus: new LocalEventBus(silentLog), clock: systemClock })
  keys = agentTokenKeys(runtimeFile, () => Promise.resolve(deskOf(service)))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const keptOf = (agentId: string) => readTokenFile(runtimeFile, agentId)

test('a client that is connected gets a token of its own, and keeps it when it is connected again', async () => {
  await keys.prepareAgent('cursor')
  await keys.prepareAgent('zed')
  const [cursor, zed] = [keptOf('cursor'), keptOf('zed')]
  expect(cursor?.token).not.toBe(zed?.token)
  expect(await stores.tokens.findBySecret(hashOfSecret(cursor?.token ?? ''), 0)).toMatchObject({
    agentId: 'cursor',
    scopes: ['read', 'write'],
  })
  await keys.prepareAgent('cursor')
  expect(keptOf('cursor')).toEqual(cursor)
})

test('a token that was revoked is replaced, and one that nobody needs any more is ended', async () => {
  await keys.prepareAgent('cursor')
  const first = keptOf('cursor')
  await stores.tokens.revoke(first?.token_id ?? '', 'owner', 1)
  await keys.prepareAgent('cursor')
  const second = keptOf('cursor')
  expect(second?.token_id).not.toBe(first?.token_id)
  await keys.retireAgent('cursor')
  await keys.retireAgent('cursor')
  expect(existsSync(tokenFileOf(runtimeFile, 'cursor'))).toBe(false)
  expect(await stores.tokens.get(second?.token_id ?? '')).toMatchObject({ revokedBy: 'owner' })
})
