declare module 'spdx-satisfies' {
  /** Whether a licence expression can be met with some of these identifiers. Throws on what is no SPDX expression. */
  function satisfies(expression: string, allowed: readonly string[]): boolean
  export = satisfies
}
