/**
 * PORT. Turns texts into unit vectors. Long texts become several: one vector per window of the model's length, with overlap.
 * Errors: AppError `unavailable` when the model is not ready, has failed, or the queue is full.
 */
export interface Embedder {
  /** Names model and precision; stored with each vector. Two embedders with one id give comparable vectors. Holds once `dimensions` is not 0. */
  readonly modelId: string
  /** 0 until the model has been asked, where it alone can say; then it never changes. */
  readonly dimensions: number
  readonly state: EmbedderState
  /** Calls `listener` at each change of state. Returns the function that stops it. */
  onStateChange(listener: (state: EmbedderState) => void): () => void
  /** One vector for a question. Goes before waiting texts. */
  embedQuery(text: string, signal?: AbortSignal): Promise<Float32Array>
  /** Texts that one call had best have, where there are many: of many, a model may find some to do together. Absent: 32. */
  readonly textsAtOnce?: number | undefined
  /** For each text, one vector per window, at least one. */
  embedTexts(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[][]>
  close(): Promise<void>
}

export type EmbedderState =
  /** `message`: what takes so long, where there is something to say. */
  | { readonly status: 'loading'; readonly message?: string }
  | { readonly status: 'ready' }
  /** `message` says what is wrong and what to do. `retryAtMs`: epoch ms of the next try, absent when there is none. */
  | { readonly status: 'failed'; readonly message: string; readonly retryAtMs?: number }
  | { readonly status: 'off' }
