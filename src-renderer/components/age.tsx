import { absoluteTime, longAge, shortAge } from '../format/relative-time.ts'

/** "2 d" or "2 d ago"; the whole time is in the tooltip. */
export function Age({ at, now, long = false }: { readonly at: string; readonly now: number; readonly long?: boolean }) {
  return (
    <time dateTime={at} title={absoluteTime(at)}>
      {long ? longAge(at, now) : shortAge(at, now)}
    </time>
  )
}
