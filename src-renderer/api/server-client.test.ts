import { expect, test } from 'vitest'
import { createRequester, toQuery } from './request.ts'
import { createServerClient } from './server-client.ts'
import { ServerError } from './server-error.ts'

function clientAnswering(...answers: readonly Response[]) {
  const requests: [string, RequestInit | undefined][] = []
  const refused: number[] = []
  const requester = createRequester({
    fetch: (input, init) => {
      requests.push([input instanceof Request ? input.url : input.toString(), init])
      const answer = answers[requests.length - 1]
      return answer ? Promise.resolve(answer) : Promise.reject(new TypeError('fetch failed'))
    },
    onUnauthenticated: () => refused.push(requests.length),
  })
  const client = createServerClient(requester)
  return { client, requests, refused }
}

test('lists become repeated parameters and absent values none', () => {
  expect(toQuery({ tags: ['a b', 'c'], limit: 5, cursor: undefined, trash: true })).toBe('tags=a+b&tags=c&limit=5&trash=true')
})

test('an error of the server keeps its code and its words', async () => {
  const { client } = clientAnswering(
    Response.json({ error: { code: 'conflict', message: 'It has moved on.', details: { version: 3 } } }, { status: 409 }),
  )
  const error = await client.updateMemory('a', {}).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(ServerError)
  expect(error).toMatchObject({ code: 'conflict', message: 'It has moved on.', details: { version: 3 } })
})

test('a page of a proxy is still an error with a sentence', async () => {
  const { client } = clientAnswering(new Response('<html>', { status: 502 }))
  await expect(client.stats()).rejects.toMatchObject({ code: 'internal', message: 'The server answered with status 502.' })
})

test('no answer at all is "offline"', async () => {
  await expect(clientAnswering().client.stats()).rejects.toMatchObject({ code: 'offline' })
})

test('a 401 leads to the sign-in page, except from the sign-in itself', async () => {
  const body = { error: { code: 'unauthenticated', message: 'No.' } }
  const { client, refused } = clientAnswering(
    Response.json(body, { status: 401 }),
    Response.json(body, { status: 401 }),
    new Response(null, { status: 204 }),
  )
  await expect(client.stats()).rejects.toMatchObject({ code: 'unauthenticated' })
  expect(await client.signIn('wrong')).toBe(false)
  expect(await client.signIn('right')).toBe(true)
  expect(refused).toEqual([1])
})

test('health is read even when the server calls itself unhealthy', async () => {
  const health = { status: 'unhealthy', version: '1', uptime_seconds: 1, checks: {} }
  const { client } = clientAnswering(Response.json(health, { status: 503 }))
  expect(await client.health()).toEqual(health)
})
