import { describe, expect, test } from 'vitest'
import { AppError } from '../base/errors.ts'
import { HostCheck } from './host-check.ts'

function refusalFor(check: HostCheck, headers: Record<string, string>): string {
  try {
    check.assertAllowed(headers)
    return 'allowed'
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'forbidden') throw error
    return String(error.details?.['header'])
  }
}

function loopback(corsOrigins: readonly string[] = []): HostCheck {
  const check = new HostCheck({ bindHosts: ['127.0.0.1'], corsOrigins })
  check.ownPortIs(8000)
  return check
}

describe('a server on loopback', () => {
  test.each([
    ['127.0.0.1:8000', 'allowed'],
    ['127.0.0.1', 'allowed'],
    ['localhost:8000', 'allowed'],
    ['LOCALHOST:8000', 'allowed'],
    ['[::1]:8000', 'allowed'],
    ['[::1]', 'allowed'],
    ['evil.example', 'Host'],
    ['evil.example:8000', 'Host'],
    ['127.0.0.1.evil.example', 'Host'],
    ['localhost.evil.example:8000', 'Host'],
    ['192.168.1.5:8000', 'Host'],
    ['0.0.0.0:8000', 'Host'],
    ['::1', 'Host'],
    ['localhost:8000@evil.example', 'Host'],
    ['', 'Host'],
  ])('answers for the host %j: %s', (host, outcome) => {
    expect(refusalFor(loopback(), { host })).toBe(outcome)
  })

  test('a request without a Host is refused', () => {
    expect(refusalFor(loopback(), {})).toBe('Host')
  })

  test.each([
    ['http://127.0.0.1:8000', 'allowed'],
    ['http://localhost:8000', 'allowed'],
    ['http://[::1]:8000', 'allowed'],
    ['http://LocalHost:8000', 'allowed'],
    ['http://localhost:8001', 'Origin'],
    ['http://localhost', 'Origin'],
    ['https://localhost:8000', 'Origin'],
    ['https://evil.example', 'Origin'],
    ['null', 'Origin'],
    ['file://', 'Origin'],
    ['vscode-file://vscode-app', 'Origin'],
    ['', 'Origin'],
  ])('a page from %j is: %s', (origin, outcome) => {
    expect(refusalFor(loopback(), { host: '127.0.0.1:8000', origin })).toBe(outcome)
  })

  test.each([
    [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }, 'Sec-Fetch-Site'],
    [{ 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }, 'Sec-Fetch-Site'],
    [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, 'allowed'],
    [{ 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }, 'allowed'],
    [{ 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }, 'allowed'],
  ])('a request a browser marks %j is: %s', (headers, outcome) => {
    expect(refusalFor(loopback(), { host: 'localhost:8000', ...headers })).toBe(outcome)
  })

  test('no origin is ours before the port is known', () => {
    const check = new HostCheck({ bindHosts: ['127.0.0.1'], corsOrigins: [] })
    expect(check.isAllowedOrigin('http://127.0.0.1:0')).toBe(false)
  })

  test('on port 80 browsers leave the port out of the origin, and it is still ours', () => {
    const check = new HostCheck({ bindHosts: ['127.0.0.1'], corsOrigins: [] })
    check.ownPortIs(80)
    expect(check.isAllowedOrigin('http://localhost')).toBe(true)
    expect(check.isAllowedOrigin('http://evil.example')).toBe(false)
  })
})

describe('a server for others', () => {
  test('a listed origin may come, and its host name is answered for', () => {
    const check = loopback(['https://Memory.Example.com'])
    expect(refusalFor(check, { host: 'memory.example.com', origin: 'https://memory.example.com' })).toBe('allowed')
    expect(refusalFor(check, { host: 'memory.example.com', origin: 'https://memory.example.com.evil.example' })).toBe('Origin')
    expect(refusalFor(check, { host: 'other.example.com' })).toBe('Host')
  })

  test('"*" allows every origin and still no foreign host', () => {
    const check = loopback(['*'])
    expect(refusalFor(check, { host: 'localhost', origin: 'https://anything.example' })).toBe('allowed')
    expect(refusalFor(check, { host: 'evil.example', origin: 'https://anything.example' })).toBe('Host')
  })

  test('bound to a wildcard it answers for any address, and for no name it was not told', () => {
    const check = new HostCheck({ bindHosts: ['0.0.0.0'], corsOrigins: [] })
    expect(refusalFor(check, { host: '192.168.1.5:8000' })).toBe('allowed')
    expect(refusalFor(check, { host: '[fe80::1]:8000' })).toBe('allowed')
    expect(refusalFor(check, { host: 'evil.example:8000' })).toBe('Host')
  })

  test('bound to a name it answers for that name', () => {
    const check = new HostCheck({ bindHosts: ['Memory.local'], corsOrigins: [] })
    expect(refusalFor(check, { host: 'memory.local:8000' })).toBe('allowed')
  })
})

test('the refusal repeats a foreign host as data, clipped', () => {
  expect(() => loopback().assertAllowed({ host: `${'x'.repeat(500)}"\n` })).toThrow(/for the host "x{100}"\. Use/)
})

describe('whose page asks', () => {
  test.each([
    [{}, true],
    [{ origin: 'http://127.0.0.1:8000' }, true],
    [{ origin: 'http://127.0.0.1:9000' }, false],
    [{ origin: 'null' }, false],
    [{ 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }, true],
    [{ 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }, true],
    // Another port of this machine is the same site, so its links bring our cookie.
    [{ 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate' }, false],
    [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, false],
  ])('%j is ours: %s', (headers, isOurs) => {
    expect(loopback(['http://127.0.0.1:9000']).isOwnPage(headers)).toBe(isOurs)
  })
})
