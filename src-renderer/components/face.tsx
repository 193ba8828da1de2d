import type { ReactNode } from 'react'

/** What a part of the page shows instead of its content: empty, failed, missing. Says what to do about it. */
export function Face(props: {
  readonly title: string
  readonly text?: string | undefined
  readonly fill?: boolean
  readonly level?: 2 | 3
  readonly children?: ReactNode
}) {
  const Heading = props.level === 3 ? 'h3' : 'h2'
  return (
    <div className={props.fill ? 'face fill' : 'face'}>
      <Heading>{props.title}</Heading>
      {props.text && <p>{props.text}</p>}
      {props.children && <div className="face-actions">{props.children}</div>}
    </div>
  )
}
