import { AppError, messageOf } from '../../base/errors.ts'
import { isErrorCode } from '../../contract/errors.ts'
import type { ErrorBody } from '../../contract/errors.ts'
import { API_PREFIX } from '../../contract/protocol.ts'

/** Questions to a running server's REST as the person at the machine. Refusals come as AppError with the server's own sentence. */
export class OwnerRest {
  readonly #apiUrl: string
  readonly #token: string

  constructor(apiUrl: string, token: string) {
    this.#apiUrl = apiUrl
    this.#token = token
  }

  /** `T` is what the contract of the path says. */
  async json<T>(path: string, query: object): Promise<T> {
    return (await (await this.#get(path, query)).json()) as T
  }

  async stream(path: string, query: object): Promise<AsyncIterable<Uint8Array>> {
    const { body } = await this.#get(path, query)
    if (!body) throw new AppError('unavailable', 'The server answered without a file.')
    return body
  }

  async #get(path: string, query: object): Promise<Response> {
    const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)])).toString()
    const headers = { authorization: `Bearer ${this.#token}` }
    const response = await fetch(`${this.#apiUrl}${API_PREFIX}${path}?${search}`, { headers }).catch((error: unknown) => {
      throw new AppError('unavailable', `The server at ${this.#apiUrl} does not answer (${messageOf(error)}).`, { cause: error })
    })
    if (response.ok) return response
    const { error } = (await response.json()) as { error: ErrorBody } // the contract of every refusal
    throw new AppError(isErrorCode(error.code) ? error.code : 'internal', error.message)
  }
}
