import { keyOf, owedFor } from './answer-rules.ts'
import type { FuzzCase } from './odd-messages.ts'

interface Account {
  owed: number
  got: number
  /** The requests themselves, to be shown. */
  readonly asked: string[]
  /** Texts that the answers must contain, each in one of them. */
  readonly wanted: string[]
  readonly answers: string[]
}

/** Keeps count of what one connection is owed and what it got: nothing may be missing, doubled or meant for somebody else. */
export class AnswerLedger {
  readonly #accounts = new Map<string, Account>()
  readonly #untold = new Set<string>()
  readonly #nameless = { least: 0, most: 0, got: 0, asked: [] as string[] }
  readonly #faults: string[] = []

  owe({ bytes, contains }: FuzzCase): void {
    const owed = owedFor(bytes)
    if (owed.kind === 'nameless') this.#nameless.least += 1
    if (owed.kind === 'nameless') this.#nameless.asked.push(shown(bytes.toString('utf8')))
    if (owed.kind === 'nameless' || owed.kind === 'perhaps-nameless') this.#nameless.most += 1
    if (owed.kind === 'untold') this.#untold.add(owed.key)
    if (owed.kind !== 'answer') return
    const account = this.#of(owed.key)
    account.owed += 1
    account.asked.push(shown(bytes.toString('utf8')))
    if (contains !== undefined) account.wanted.push(contains)
  }

  /** Takes one line or frame that came. */
  take(text: string): void {
    const message = objectIn(text)
    if (message?.['jsonrpc'] !== '2.0') {
      this.#faults.push(`is no JSON-RPC: ${shown(text)}`)
    } else if (typeof message['method'] === 'string') {
      if ('id' in message) this.#faults.push(`asks us something: ${shown(text)}`)
    } else if ('result' in message === 'error' in message) {
      this.#faults.push(`has not just one of result and error: ${shown(text)}`)
    } else if (message['id'] === null && 'error' in message) {
      this.#nameless.got += 1
    } else {
      this.#book(keyOf(message['id']), text)
    }
  }

  /** True when everything that must come has come. */
  get isSettled(): boolean {
    if (this.#nameless.got < this.#nameless.least) return false
    return [...this.#accounts].every(([key, { got, owed }]) => got >= owed || this.#untold.has(key))
  }

  /** What is wrong by now, in sentences; and what was counted is forgotten. */
  close(): string[] {
    const faults = [...this.#faults]
    const { least, most, got, asked } = this.#nameless
    if (got < least || got > most) faults.push(`${got} errors without an id came, and ${least} to ${most} were owed for ${asked.join(' ')}`)
    for (const [key, account] of this.#accounts) {
      if (this.#untold.has(key)) continue
      if (account.got !== account.owed)
        faults.push(`${account.got} answers with the id ${shown(key)} came, and ${account.owed} were owed for ${account.asked.join(' ')}`)
      // One of two requests with the same id may be refused for that.
      else if (account.owed === 1)
        for (const word of account.wanted)
          if (!account.answers.some((text) => text.includes(word)))
            faults.push(`no answer with the id ${shown(key)} contains ${word}: ${shown(account.answers.join(' '))}`)
    }
    this.#faults.length = 0
    this.#accounts.clear()
    Object.assign(this.#nameless, { least: 0, most: 0, got: 0, asked: [] })
    return faults
  }

  #book(key: string | undefined, text: string): void {
    if (key !== undefined && this.#untold.has(key)) return
    const account = key === undefined ? undefined : this.#accounts.get(key)
    if (!account) {
      this.#faults.push(`nobody asked with this id: ${shown(text)}`)
      return
    }
    account.got += 1
    if (account.wanted.length > 0) account.answers.push(text)
  }

  #of(key: string): Account {
    const known = this.#accounts.get(key)
    if (known) return known
    const account: Account = { owed: 0, got: 0, asked: [], wanted: [], answers: [] }
    this.#accounts.set(key, account)
    return account
  }
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined // it is one
  } catch {
    return undefined
  }
}

/** Short enough to read. */
export function shown(text: string): string {
  return text.length <= 300 ? JSON.stringify(text) : `${JSON.stringify(text.slice(0, 200))}… (${text.length} characters)`
}
