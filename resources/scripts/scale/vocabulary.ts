import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { INSTALLED } from '../../../src-main/server/install-paths.ts'

/**
 * The whole words of the model's tokenizer, some 21,000, the common ones first: it numbers them about as often as they stand in real text.
 * Drawn by Zipf's law they give each word the share of all memories that it has in real ones.
 */
export function readVocabulary(): readonly string[] {
  // As the build of the model has written it.
  const { model } = JSON.parse(readFileSync(join(INSTALLED.modelFolder, 'tokenizer.json'), 'utf8')) as {
    model: { vocab: Readonly<Record<string, number>> }
  }
  return Object.entries(model.vocab)
    .toSorted(([, a], [, b]) => a - b)
    .flatMap(([word]) => (/^[a-z]{2,}$/.test(word) ? [word] : []))
}
