import Markdown, { type Components } from 'react-markdown'
import { strings } from '../strings/strings.ts'

/**
 * A text with its Markdown set as type. Markup in it stays text, links go to the web only and say where they lead, and no picture is fetched:
 * what agents store must not make the page call anybody.
 */
export function FormattedText({ text }: { readonly text: string }) {
  return (
    <div className="formatted-text">
      <Markdown components={COMPONENTS} urlTransform={webOnly}>
        {text}
      </Markdown>
    </div>
  )
}

const COMPONENTS: Components = {
  a: ({ href, children }) =>
    href ? (
      <a href={href} title={href} target="_blank" rel="noreferrer noopener">
        {children}
      </a>
    ) : (
      <>{children}</>
    ),
  img: ({ alt }) => (
    <span className="faint">
      [{strings.preview.image}
      {alt ? `: ${alt}` : ''}]
    </span>
  ),
}

function webOnly(url: string): string {
  return /^https?:\/\//i.test(url) ? url : ''
}
