import type { PlaceholderName } from '../../src-main/contract/examples/placeholders.ts'
import { expect } from '../fixtures.ts'
import type { Refusal } from './table-wire.ts'

/** What each bad example was told by the first wire that ran it: all others must say the same. */
export class SeenRefusals {
  readonly #first = new Map<string, { readonly wire: string; readonly refusal: Refusal }>()

  /** Compares codes and first sentences, without the ids of what was `made` on a wire; later sentences may list what there is. */
  expectTheSame(example: string, wire: string, { code, message }: Refusal, made: ReadonlyMap<PlaceholderName, string>): void {
    const general = [...made].reduce((text, [word, value]) => text.replaceAll(value, word), message)
    const refusal = { code, message: general.split('. ')[0] ?? '' }
    const first = this.#first.get(example) ?? { wire, refusal }
    this.#first.set(example, first)
    expect(refusal, `${wire} must say what ${first.wire} said`).toEqual(first.refusal)
  }
}
