/** How a dialect differs in ways its users can notice. Behaviour follows these flags, never a dialect's name. */
export interface StoreCapabilities {
  /** Word shown to people, for example "SQLite". */
  readonly label: string
  /** False if everything is gone when the process ends. */
  readonly isDurable: boolean
  /** True if several processes may write to it at once. */
  readonly isShared: boolean
}
