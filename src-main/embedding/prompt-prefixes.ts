/** Words that some models expect before a text, because they were trained with them. */
export interface PromptPrefixes {
  readonly query: string
  readonly text: string
}

export const NO_PREFIXES: PromptPrefixes = { query: '', text: '' }

const SEARCH_PASSAGES = 'Represent this sentence for searching relevant passages: '

/** First match wins. From the model cards of each family. */
const KNOWN: readonly (readonly [RegExp, PromptPrefixes])[] = [
  [/e5-.*instruct/i, { query: 'Instruct: Given a question, retrieve notes that answer it\nQuery: ', text: '' }],
  [/(^|[/_-])(multilingual-)?e5-/i, { query: 'query: ', text: 'passage: ' }],
  [/nomic-embed/i, { query: 'search_query: ', text: 'search_document: ' }],
  [/snowflake-arctic-embed.*v2|arctic-embed2/i, { query: 'query: ', text: '' }],
  [/arctic-embed|mxbai-embed|bge-(small|base|large)-en/i, { query: SEARCH_PASSAGES, text: '' }],
  [/bge-(small|base|large)-zh/i, { query: '为这个句子生成表示以用于检索相关文章：', text: '' }],
  [/embeddinggemma/i, { query: 'task: search result | query: ', text: 'title: none | text: ' }],
]

/** What a model of that name expects; nothing for those not known. `given` goes before. */
export function prefixesFor(modelName: string, given: Partial<PromptPrefixes> = {}): PromptPrefixes {
  const known = KNOWN.find(([pattern]) => pattern.test(modelName))?.[1] ?? NO_PREFIXES
  return { ...known, ...given }
}
