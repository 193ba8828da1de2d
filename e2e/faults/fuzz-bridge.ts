import { bridgeCommand } from '../clients/mcp-clients.ts'
import type { ChildProcess } from '../processes/child.ts'
import type { RunningServer } from '../processes/server-process.ts'
import { AnswerLedger } from './answer-ledger.ts'
import type { Round } from './fuzz-plan.ts'
import { makeCase } from './odd-messages.ts'
import { SeededRandom } from './seeded-random.ts'
import { waitFor } from './wait-for.ts'

/** Longer than the bridge keeps a call of a lost connection: 30 s. */
const ANSWERS_WITHIN_MS = 40_000
const OVER_THE_SERVERS_LIMIT = 1024 * 1024 + 1
const OVER_THE_BRIDGES_LIMIT = 16 * 1024 * 1024 + 1

/** A bridge whose host writes anything at all to its input, and counts what comes out. */
export class FuzzedBridge {
  readonly process: ChildProcess
  readonly #ledger = new AnswerLedger()
  #unfinished = ''

  constructor(server: RunningServer, agentId: string, env: Readonly<Record<string, string>> = {}) {
    const { command, args, env: bridgeEnv } = bridgeCommand(server, { agentId })
    this.process = server.place.run(command, args, { ...bridgeEnv, ...env })
    this.process.onOutput((text) => {
      const lines = (this.#unfinished + text).split('\n')
      this.#unfinished = lines.pop() ?? ''
      for (const line of lines) this.#ledger.take(line)
    })
  }

  /** Opens as a host of the legacy era does, which every new connection must hear again. */
  async open(): Promise<string[]> {
    const params = '{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"fuzz","version":"1"}}'
    const opening = Buffer.from(`{"jsonrpc":"2.0","id":"open","method":"initialize","params":${params}}`)
    this.#ledger.owe({ bytes: opening })
    return this.#write([opening, Buffer.from('\n{"jsonrpc":"2.0","method":"notifications/initialized"}\n')])
  }

  /** Writes the cases of a round as fast as it can, and waits for what they are owed. Returns what went wrong. */
  async round(seed: string, { first, size }: Round): Promise<string[]> {
    const random = new SeededRandom(seed)
    const parts: Buffer[] = []
    for (let number = first; number < first + size - 1; number += 1) {
      const { bytes, contains } = makeCase(random, number, 'legacy')
      const written = Buffer.concat([bytes, Buffer.from(random.chance(0.1) ? '\r\n' : '\n')])
      const lines = linesOf(written)
      for (const line of lines) this.#ledger.owe({ bytes: line, ...(lines.length === 1 && contains !== undefined && { contains }) })
      parts.push(written)
    }
    const faults = await this.#write(cut(Buffer.concat(parts), random))
    // A line that is too large ends the connection to the server, and with it what else is under way: so it goes alone.
    const large = random.chance(0.04) ? random.pick([OVER_THE_SERVERS_LIMIT, OVER_THE_SERVERS_LIMIT, OVER_THE_BRIDGES_LIMIT]) : 10
    const last = Buffer.from(`{"jsonrpc":"2.0","id":"last-${first}","method":"no/such","params":{"x":"${'x'.repeat(large)}"}}`)
    this.#ledger.owe({ bytes: last })
    return [...faults, ...(await this.#write([last, Buffer.from('\n')]))]
  }

  async #write(parts: readonly Buffer[]): Promise<string[]> {
    for (const part of parts) this.process.write(part)
    await waitFor(() => this.#ledger.isSettled || !this.process.isRunning, ANSWERS_WITHIN_MS)
    if (!this.process.isRunning) throw new Error(`The bridge ended before its input did:\n${this.process.stderr.slice(-3_000)}`)
    return this.#ledger.close()
  }

  /** Half a line, and the end of input: the bridge says what is wrong with it, and goes. */
  async end(): Promise<string[]> {
    const half = Buffer.from('{"jsonrpc":"2.0","id":1,"me')
    this.#ledger.owe({ bytes: half })
    this.process.write(half)
    this.process.endInput()
    const { code } = await this.process.ended
    return [
      ...this.#ledger.close(),
      ...(code === 0 ? [] : [`the bridge ended with ${code}`]),
      ...(this.#unfinished === '' ? [] : ['half a line']),
    ]
  }
}

/** The lines as the bridge counts them: blank ones are none, and a CR at the end is not part of one. */
function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = []
  for (let from = 0; from <= bytes.length;) {
    const found = bytes.indexOf(0x0a, from)
    const to = found === -1 ? bytes.length : found
    const end = bytes[to - 1] === 0x0d && to > from ? to - 1 : to
    const line = bytes.subarray(from, end)
    if (line.some((byte) => byte !== 0x20 && byte !== 0x09)) lines.push(line)
    from = to + 1
  }
  return lines
}

/** The same bytes in pieces whose borders fall anywhere, also inside a character. */
function cut(bytes: Buffer, random: SeededRandom): Buffer[] {
  const parts: Buffer[] = []
  for (let from = 0; from < bytes.length;) {
    const to = from + random.pick([1, 7, 100, 4_000, 65_536, 65_536])
    parts.push(bytes.subarray(from, to))
    from = to
  }
  return parts
}
