import type { SettingKind } from './setting-kinds.ts'

/** One setting: its names on each way in, what is allowed, and what it does. `example.env` and `--help` are checked against this table. */
export interface Setting<T, D extends T | undefined = T | undefined> {
  readonly env: `TMWS_${string}`
  readonly flag?: `--${string}`
  readonly kind: SettingKind<T>
  readonly default: D
  /** One line, with the unit. */
  readonly effect: string
  /** Never shown in a log or an error. */
  readonly isSecret?: true
}

/** Declares a setting; exists for its type inference. */
export function setting<T, const D extends T | undefined>(
  env: `TMWS_${string}`,
  kind: SettingKind<T>,
  fallback: D,
  effect: string,
  more: { flag?: `--${string}`; isSecret?: true } = {},
): Setting<T, D> {
  return { env, kind, default: fallback, effect, ...more }
}
