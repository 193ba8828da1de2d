import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stem } from './porter-stemmer.ts'
import { indexTerms, indexText, inverseDocumentFrequency, queryTerms } from './search-text.ts'

describe('terms', () => {
  it.each([
    ['Running RUNS ran', ['run', 'run', 'ran']],
    ["Anna's don't", ['anna', 's', 'don', 't']],
    ['snake_case-and.dots', ['snake', 'case', 'and', 'dot']],
    ['Ünïcödé ﬁne ①', ['unicod', 'fine', '1']],
    ['記憶装置', ['記', '記憶', '憶', '憶装', '装', '装置', '置']],
    ['GPT4で東京', ['gpt4', 'で', 'で東', '東', '東京', '京']],
    ['ship 🚀!', ['ship', '🚀']],
    ['', []],
  ])('of %j for the index', (text, terms) => expect(indexTerms(text)).toEqual(terms))

  it.each([
    ['What did Anna say about the boats?', ['anna', 'sai', 'boat']],
    ['to be or not to be', ['to', 'be', 'or', 'not']],
    ['boat boats BOAT', ['boat']],
    ['記憶', ['記憶']],
    ['記', ['記']],
    ['" OR NEAR(', ['near']],
    ['***', []],
  ])('of %j for a question', (text, terms) => expect(queryTerms(text)).toEqual(terms))

  it('of a question are all among those of the same text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const indexed = new Set(indexTerms(text))
        expect(queryTerms(text).filter((term) => !indexed.has(term))).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  it('hold no space, quote or ASCII sign, so that they are one token each and inert in FTS5', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        for (const term of indexTerms(text)) expect(term).toMatch(/^[^\u0000-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007f]+$/) // eslint-disable-line no-control-regex -- all ASCII signs
        expect(indexText(text).split(' ').filter(Boolean)).toEqual(indexTerms(text))
      }),
      { numRuns: 500 },
    )
  })

  it('of a long question are at most 128', () =>
    expect(queryTerms(Array.from({ length: 500 }, (_, i) => `w${i}`).join(' '))).toHaveLength(128))
})

// Pairs of the reference vocabulary of the algorithm, one or more for each of its rules.
it.each(
  Object.entries({
    caresses: 'caress',
    ponies: 'poni',
    cats: 'cat',
    feed: 'feed',
    agreed: 'agre',
    plastered: 'plaster',
    motoring: 'motor',
    sing: 'sing',
    conflated: 'conflat',
    troubled: 'troubl',
    sized: 'size',
    hopping: 'hop',
    tanned: 'tan',
    falling: 'fall',
    hissing: 'hiss',
    failing: 'fail',
    filing: 'file',
    happy: 'happi',
    sky: 'sky',
    relational: 'relat',
    conditional: 'condit',
    rational: 'ration',
    digitizer: 'digit',
    radically: 'radic',
    differently: 'differ',
    vileli: 'vile',
    analogously: 'analog',
    vietnamization: 'vietnam',
    operator: 'oper',
    feudalism: 'feudal',
    decisiveness: 'decis',
    hopefulness: 'hope',
    formality: 'formal',
    sensitivity: 'sensit',
    triplicate: 'triplic',
    formative: 'form',
    electrical: 'electr',
    goodness: 'good',
    revival: 'reviv',
    allowance: 'allow',
    inference: 'infer',
    airliner: 'airlin',
    adjustable: 'adjust',
    irritant: 'irrit',
    replacement: 'replac',
    adoption: 'adopt',
    communism: 'commun',
    activate: 'activ',
    effective: 'effect',
    probate: 'probat',
    rate: 'rate',
    cease: 'ceas',
    controlling: 'control',
    roll: 'roll',
    is: 'is',
  }),
)('stems %s to %s', (word, expected) => expect(stem(word)).toBe(expected))

it('gives rare words more weight and common ones never none', () => {
  expect(inverseDocumentFrequency(100, 0)).toBeGreaterThan(inverseDocumentFrequency(100, 1))
  expect(inverseDocumentFrequency(100, 90)).toBe(1e-6)
})
