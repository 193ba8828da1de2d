/**
 * PORT. Turns texts into unit vectors. Long texts become several: one vector per window of the model's length, with overlap.
 * Errors: AppError `unavailable` when the model is not ready, has failed, or the queue is full.
 */
export interface Embedder {
  /** Names model and precision; stored with each vector. Two embedders with one id give comparable vectors. */
  readonly modelId: string
  readonly dimensions: number
  readonly state: EmbedderState
  /** Calls `listener` at each change of state. Returns the function that stops it. */
  onStateChange(listener: (state: EmbedderState) => void): () => void
  /** One vector for a question. Goes before waiting texts. */
  embedQuery(text: string, signal?: AbortSignal): Promise<Float32Array>
  /** For each text, one vector per window, at least one. */
  embedTexts(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[][]>
  close(): Promise<void>
}

export type EmbedderState =
  | { readonly status: 'loading' }
  | { readonly status: 'ready' }
  /** `message` says what is wrong and what to do. `retryAtMs`: epoch ms of the next try, absent when there is none. */
  | { readonly status: 'failed'; readonly message: string; readonly retryAtMs?: number }
  | { readonly status: 'off' }
