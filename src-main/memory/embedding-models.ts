import type { Clock } from '../base/clock.ts'
import { toIso } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { OWNER_SCOPE } from '../contract/scope.ts'
import type { Embedder } from '../embedding/embedder.ts'
import type { KnownModel, MemoryStore } from '../storage/memory-store.ts'
import { ChangeProgress } from './change-progress.ts'
import type { ModelChange } from './change-progress.ts'
import { ModelPreparation } from './model-preparation.ts'

export interface EmbeddingModelsParts {
  readonly store: MemoryStore
  /** The model of the settings. Closed by whoever opened it. */
  readonly embedder: Embedder
  readonly clock: Clock
  readonly log: Log
  /** How the model of the settings is opened another time, without secrets; the store keeps it. */
  readonly recipe?: string
  /** Opens a model that was in use before, by its recipe; undefined when it cannot be. Closed here. */
  readonly openFormer?: (recipe: string) => Embedder | undefined
  /** False: use what the store uses, and leave a change to a process whose settings count. Defaults to true. */
  readonly mayChange?: boolean
}

/** What a question is embedded with. */
export interface QuestionModel {
  readonly embedder: Embedder
  /** Why the answer will be less than whole. */
  readonly notice?: string
}

/** The state of a model is another, or a change of model came further. */
export type ModelNews = 'state' | 'change'

const NOT_ASKED_YET = 'Which model the memories have vectors of is not known yet: the store has not answered.'
const LOOK_INTERVAL_MS = 2_000
/** Vectors erased in one transaction, and the pause to the next one, in milliseconds: nobody is to notice. */
const DROP_BATCH = 500
const DROP_PAUSE_MS = 20
/** Questions that are under way with the former model are let finish, in milliseconds. */
const LINGER_MS = 5_000
/** Where several servers share a store, one that has just come up may hold what another is building for a leftover. */
const SHARED_DROP_DELAY_MS = 600_000

/**
 * Which model's vectors are searched, and which are made. The store says which model is in use; the settings say which one is
 * wanted. While they differ, memories get vectors of both: of the one in use first, so that searches miss nothing, then of the
 * wanted one, until its set is whole. Then the store is told, and what is left of the other is erased bit by bit.
 */
export class EmbeddingModels {
  readonly #parts: EmbeddingModelsParts
  readonly #listeners = new Set<(what: ModelNews) => void>()
  readonly #stopListening: () => void
  readonly #startedMs = performance.now()
  #inUse: KnownModel | undefined
  #former: { readonly modelId: string; readonly embedder: Embedder | undefined; readonly stop: () => void } | undefined
  #isBuilding = false
  #progress: ChangeProgress | undefined
  /** The wanted model once it was seen in use: should another be later, some other process has decided so, and is followed. */
  #settledOn: string | undefined
  #lookedMs: number | undefined
  #looking: Promise<void> | undefined
  #isClosed = false
  readonly #preparation: ModelPreparation
  readonly #lingering = new Set<Embedder>()

  constructor(parts: EmbeddingModelsParts) {
    this.#parts = parts
    const { store, log } = parts
    // Whoever indexes looks again.
    this.#preparation = new ModelPreparation({ store, log, onEnd: () => this.#changed('state') })
    this.#stopListening = parts.embedder.onStateChange(() => this.#changed('state'))
  }

  /** Calls `listener` when a model's state or the state of a change is another. Returns the function that stops it. */
  onChange(listener: (what: ModelNews) => void): () => void {
    const entry = (what: ModelNews): void => listener(what)
    this.#listeners.add(entry)
    return () => this.#listeners.delete(entry)
  }

  /** The models that memories are to have vectors of and that are ready, the more urgent first. */
  get toIndex(): Embedder[] {
    const { embedder } = this.#parts
    const wanted = this.#usesWanted || this.#isBuilding ? [embedder] : []
    return [...this.#openFormer, ...wanted].filter(({ state }) => state.status === 'ready')
  }

  /** False while no model could do anything. Opens a lazy model. */
  get hasReadyModel(): boolean {
    return this.#parts.embedder.state.status === 'ready' || this.#openFormer.some(({ state }) => state.status === 'ready')
  }

  /** What questions are answered with at this moment. */
  async forQuestion(): Promise<QuestionModel> {
    const { embedder } = this.#parts
    if (embedder.state.status === 'off') return { embedder }
    if (this.#lookedMs === undefined || (this.#inUse === undefined && embedder.dimensions > 0)) await this.look()
    if (this.#usesWanted) return { embedder }
    const [former] = this.#openFormer
    if (former && former.state.status !== 'failed') return { embedder: former }
    if (!this.#isBuilding || embedder.state.status !== 'ready') return { embedder: former ?? embedder, notice: this.#lostFormer() }
    return { embedder, notice: this.#lostFormer() }
  }

  /** For people: the model that answers questions, and the change that is under way. */
  get report(): {
    readonly embedder: Embedder
    readonly modelId: string
    readonly dimensions: number
    readonly change?: ModelChange
    readonly problem?: string
  } {
    const { embedder } = this.#parts
    const change = this.#isBuilding ? this.#progress?.current : undefined
    const inUse = this.#inUse
    if (this.#usesWanted || !inUse) {
      const isUnknown = this.#lookedMs === undefined && embedder.state.status === 'ready'
      return { embedder, modelId: embedder.modelId, dimensions: embedder.dimensions, ...(isUnknown && { problem: NOT_ASKED_YET }) }
    }
    const [former] = this.#openFormer
    const works = former?.state.status === 'ready' || former?.state.status === 'loading'
    const { state } = embedder
    const waits = state.status === 'failed' ? `The change to ${embedder.modelId} waits: ${state.message}` : undefined
    const problem = works ? waits : this.#lostFormer()
    return {
      embedder: former ?? embedder,
      modelId: inUse.modelId,
      dimensions: inUse.dimensions,
      ...(change && { change }),
      ...(problem !== undefined && { problem }),
    }
  }

  /** Sees in the store what is in use, and decides what is to be done. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined))
    return this.#looking
  }

  /** `look`, if there was none yet: a former model has to be opened, which can go on while the wanted one comes up. */
  async lookFirst(): Promise<void> {
    if (this.#lookedMs === undefined) await this.look()
  }

  /** `look`, if the last one is a while ago. */
  async lookNowAndThen(): Promise<void> {
    const isFresh = this.#lookedMs !== undefined && performance.now() - this.#lookedMs < LOOK_INTERVAL_MS
    if (!isFresh) await this.look()
  }

  /** So many more memories have vectors of a model. */
  indexed(embedder: Embedder, count: number): void {
    if (!this.#isBuilding || embedder !== this.#parts.embedder) return
    this.#progress?.add(count)
    this.#changed('change')
  }

  /** No memory is without vectors of this model at the moment. */
  async isWhole(embedder: Embedder): Promise<void> {
    if (!this.#isBuilding || embedder !== this.#parts.embedder) return
    const { modelId, dimensions } = embedder
    if (!this.#preparation.isReady(modelId)) {
      if (this.#progress) this.#progress.phase = 'indexing'
      this.#changed('change')
      return
    }
    const former = this.#inUse?.modelId
    await this.#use(embedder)
    this.#parts.log.info({ model: modelId, dimensions, former }, 'the change of model is complete; searches use the new vectors')
    await this.look()
  }

  /** Erases some vectors that nobody needs. True if there may be more. */
  async dropSome(): Promise<boolean> {
    const { store, embedder, mayChange = true, log } = this.#parts
    // Before the wanted model has said which one it is, a half-made set may be its own.
    if (!mayChange || embedder.dimensions === 0 || !this.#inUse || this.#isClosed) return false
    if (store.capabilities.isShared && performance.now() - this.#startedMs < SHARED_DROP_DELAY_MS) return false
    const dropped = await store.dropUnusedVectors([embedder.modelId], DROP_BATCH)
    if (dropped === 0) return false
    log.debug({ dropped }, 'vectors of a model that is no longer used were erased')
    await new Promise((resolve) => setTimeout(resolve, DROP_PAUSE_MS))
    return true
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#stopListening()
    await this.#looking?.catch(() => undefined)
    await this.#preparation.close()
    this.#former?.stop()
    await Promise.all([this.#former?.embedder?.close(), ...[...this.#lingering].map((embedder) => embedder.close())])
  }

  get #usesWanted(): boolean {
    return this.#former === undefined
  }

  /** The former model, if it opens and is still what the vectors were made with. */
  get #openFormer(): Embedder[] {
    const { embedder, modelId } = this.#former ?? {}
    // Until it has been ready it may not know its name.
    return embedder && (embedder.modelId === modelId || embedder.state.status !== 'ready') ? [embedder] : []
  }

  async #look(): Promise<void> {
    const { store, embedder, recipe, mayChange = true } = this.#parts
    if (this.#isClosed || embedder.state.status === 'off') return
    const inUse = (await store.models()).find((model) => model.isInUse)
    this.#inUse = inUse
    this.#lookedMs = performance.now()
    const isKnown = embedder.dimensions > 0
    const isWanted = isKnown ? inUse?.modelId === embedder.modelId : inUse?.recipe !== undefined && inUse.recipe === recipe
    if (!inUse || isWanted) {
      if (isKnown && (!inUse || inUse.recipe !== recipe)) await this.#use(embedder)
      if (isKnown) this.#settledOn = embedder.modelId
      this.#leaveFormer()
      return
    }
    this.#follow(inUse)
    const mayBuild = mayChange && isKnown && this.#settledOn !== embedder.modelId
    await this.#measure(inUse, mayBuild)
  }

  async #use({ modelId, dimensions }: Embedder): Promise<void> {
    const { store, recipe } = this.#parts
    const model = { modelId, dimensions, ...(recipe !== undefined && { recipe }) }
    await store.useModel(model)
    this.#inUse = { ...model, isInUse: true }
  }

  #follow({ modelId, recipe }: KnownModel): void {
    if (this.#former?.modelId === modelId) return
    this.#leaveFormer()
    const embedder = recipe === undefined ? undefined : this.#parts.openFormer?.(recipe)
    this.#former = { modelId, embedder, stop: embedder?.onStateChange(() => this.#changed('state')) ?? (() => undefined) }
    this.#changed('change')
  }

  async #measure({ modelId }: KnownModel, mayBuild: boolean): Promise<void> {
    const { store, embedder, clock, log } = this.#parts
    const wasBuilding = this.#isBuilding
    this.#isBuilding = mayBuild
    if (!mayBuild) return
    if (this.#progress?.to !== embedder.modelId) this.#progress = new ChangeProgress(modelId, embedder.modelId)
    const now = toIso(clock.now())
    const [total, waiting] = [await store.count(OWNER_SCOPE, now), await store.countWithoutVectors(embedder.modelId, now)]
    this.#progress.set(total, waiting)
    const { from, to, done } = this.#progress.current
    const facts = { from, to, done, total }
    if (!wasBuilding) log.info(facts, 'the embedding model changes; memories are embedded anew in the background')
    else log.debug(facts, 'the change of model goes on')
    this.#changed('change')
  }

  #leaveFormer(): void {
    const wasBuilding = this.#isBuilding
    const { embedder, stop } = this.#former ?? {}
    this.#former = undefined
    this.#isBuilding = false
    this.#preparation.forget()
    this.#progress = undefined
    stop?.()
    if (embedder) {
      this.#lingering.add(embedder)
      setTimeout(() => {
        this.#lingering.delete(embedder)
        void embedder.close().catch((error: unknown) => this.#parts.log.warn({ err: error }, 'the former model did not close'))
      }, LINGER_MS).unref()
    }
    if (embedder || wasBuilding) this.#changed('change')
  }

  #lostFormer(): string {
    const { done = 0, total = 0 } = this.#progress?.current ?? {}
    const covered = this.#isBuilding
      ? ` ${done} of ${total} memories have vectors of the new model; the others are found by words only.`
      : ''
    return `The model that the memories were embedded with (${this.#inUse?.modelId ?? 'unknown'}) does not work.${covered || ' Results match words only.'}`
  }

  #changed(what: ModelNews): void {
    for (const listener of [...this.#listeners]) listener(what)
  }
}
