import { Component, type ReactNode } from 'react'
import { strings } from '../strings/strings.ts'
import { Button } from './button.tsx'
import { Face } from './face.tsx'

interface FailureBoundaryProps {
  readonly children: ReactNode
}

/** A screen that fails, or whose file is gone after an update of the server, takes nothing else of the page down. */
export class FailureBoundary extends Component<FailureBoundaryProps, { readonly hasFailed: boolean }> {
  override readonly state = { hasFailed: false }

  static getDerivedStateFromError(): { readonly hasFailed: boolean } {
    return { hasFailed: true }
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return this.props.children
    return (
      <main className="screen">
        <Face fill title={strings.common.brokenScreen} text={strings.common.brokenScreenHow}>
          <Button onClick={() => location.reload()}>{strings.common.reload}</Button>
        </Face>
      </main>
    )
  }
}
