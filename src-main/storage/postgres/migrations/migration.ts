/** One step of the schema. Never changed once released; a new step follows instead. */
export interface Migration {
  /** 1, 2, 3 ...: what `schema_versions` holds after it. */
  readonly version: number
  readonly sql: string
}
