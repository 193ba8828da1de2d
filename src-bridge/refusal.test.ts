import { expect, test } from 'vitest'
import { absence, canBeBypassed } from './refusal.ts'
import type { Failure } from './refusal.ts'

const refused = (httpStatus: number, isForeign = false): Failure => ({
  ...absence('ws://x', 'y'),
  httpStatus,
  ...(isForeign && { isForeign }),
})

test.each([
  ['nobody listens', absence('ws://x', 'connect ECONNREFUSED 127.0.0.1:1'), true],
  ['it does not answer', absence('ws://x', 'timeout'), true],
  ['the server is full or stopping', refused(503), true],
  ['another program has the port', refused(404, true), true],
  ['another program has the port, and breaks', refused(500, true), true],
  ['our server has no such path', refused(404), false],
  ['no token', refused(401), false],
  ['a foreign name', refused(403), false],
  ['too many requests', refused(429), false],
  ['a proxy before the server wants to know who we are', refused(401, true), false],
  ['a proxy before the server forbids it', refused(403, true), false],
])('the store may serve past the server when %s: %j', (_, failure, mayBypass) => {
  expect(canBeBypassed(failure)).toBe(mayBypass)
})
