import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import { AppError } from '../base/errors.ts'

const LOOPBACK_NAMES: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]'])

export interface HostCheckOptions {
  /** Host the listeners are bound to. */
  readonly bindHosts: readonly string[]
  /** Origins allowed besides our own dashboard, for example `https://memory.example.com`; `*` allows all. */
  readonly corsOrigins: readonly string[]
  /** Where clients reach this server, if not at the address it listens on: behind a proxy. Pages from there are our own. */
  readonly publicUrl?: string
}

/**
 * Refuses what a foreign web page could send: a Host that is not ours (DNS rebinding), an Origin that is not on the list. Browsers let
 * any page open a WebSocket to 127.0.0.1 (CORS does not apply to it), so this runs before every upgrade as well as every request.
 */
export class HostCheck {
  readonly #hosts: ReadonlySet<string>
  readonly #allowsIpHosts: boolean
  readonly #corsOrigins: ReadonlySet<string>
  readonly #publicUrl: URL | undefined
  /** `http://127.0.0.1:8000` and its other spellings, known once the REST port listens. */
  #ownOrigins: ReadonlySet<string> = new Set()

  constructor(options: HostCheckOptions) {
    this.#publicUrl = options.publicUrl === undefined ? undefined : new URL(options.publicUrl)
    this.#corsOrigins = new Set(options.corsOrigins.map((origin) => origin.toLowerCase()))
    const publicHosts = options.corsOrigins.filter((origin) => URL.canParse(origin)).map((origin) => new URL(origin).hostname)
    if (this.#publicUrl) publicHosts.push(this.#publicUrl.hostname)
    this.#hosts = new Set([...LOOPBACK_NAMES, ...options.bindHosts.map(bracketed), ...publicHosts])
    this.#allowsIpHosts = options.bindHosts.some((host) => !LOOPBACK_NAMES.has(bracketed(host)))
  }

  /** Tells which port the dashboard is served from; its origins, as browsers write them (without port 80), are then ours. */
  ownPortIs(port: number): void {
    const origins = [...this.#hosts].map((host) => new URL(`http://${host}:${port}`).origin)
    this.#ownOrigins = new Set([...origins, ...(this.#publicUrl ? [this.#publicUrl.origin] : [])])
  }

  /** Whether browsers reach this server over TLS only. */
  get isServedSecurely(): boolean {
    return this.#publicUrl?.protocol === 'https:'
  }

  /** Throws `forbidden` naming the header that is wrong. */
  assertAllowed(headers: IncomingHttpHeaders): void {
    const host = hostnameOf(headers.host)
    if (host === undefined || !(this.#hosts.has(host) || (this.#allowsIpHosts && isIP(host.replace(/^\[|\]$/g, '')) !== 0))) {
      throw new AppError('forbidden', `This server does not answer for the host ${show(headers.host)}. Use 127.0.0.1 or localhost.`, {
        details: { header: 'Host' },
      })
    }
    const { origin } = headers
    if (origin !== undefined && !this.isAllowedOrigin(origin)) {
      throw new AppError(
        'forbidden',
        `Pages from ${show(origin)} may not use this server. To allow them, add the origin to TMWS_CORS_ORIGINS.`,
        { details: { header: 'Origin' } },
      )
    }
    // A page of another origin may leave Origin out of simple requests; browsers then still say where they came from.
    const site = headers['sec-fetch-site']
    if (origin === undefined && (site === 'cross-site' || site === 'same-site') && headers['sec-fetch-mode'] !== 'navigate') {
      throw new AppError('forbidden', 'Pages from other sites may not use this server.', { details: { header: 'Sec-Fetch-Site' } })
    }
  }

  /**
   * True for pages this server itself served, and for what a person opened. A link, a frame or a window of another page on this machine
   * brings our cookie but no Origin: ports do not make a site.
   */
  isOwnPage(headers: IncomingHttpHeaders): boolean {
    const { origin } = headers
    if (origin !== undefined) return this.#ownOrigins.has(origin.toLowerCase())
    const site = headers['sec-fetch-site']
    return site !== 'cross-site' && site !== 'same-site'
  }

  isAllowedOrigin(origin: string): boolean {
    const lower = origin.toLowerCase()
    return this.#ownOrigins.has(lower) || this.#corsOrigins.has(lower) || this.#corsOrigins.has('*')
  }
}

function hostnameOf(host: string | undefined): string | undefined {
  if (host === undefined || !/^[A-Za-z0-9.\-[\]:_]+$/.test(host)) return undefined
  return host.replace(/:\d+$/, '').toLowerCase()
}

function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host.toLowerCase()
}

function show(value: string | undefined): string {
  return value === undefined ? '(none)' : JSON.stringify(value.slice(0, 100).toWellFormed())
}
