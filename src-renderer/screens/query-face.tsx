import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { messageOf } from '../api/server-error.ts'
import { strings } from '../strings/strings.ts'
import { Banner } from '../components/banner.tsx'
import { Button } from '../components/button.tsx'
import { Face } from '../components/face.tsx'
import { ListSkeleton } from '../components/list-skeleton.tsx'

type Answer = Pick<UseQueryResult, 'status' | 'error' | 'refetch' | 'isRefetchError'>

/** Loading, failed, or the children; when a refresh failed, what was known stays below a line that says so. */
export function QueryFace({ query, children }: { readonly query: Answer; readonly children: ReactNode }) {
  const retry = (
    <Button small onClick={() => void query.refetch()}>
      {strings.common.retry}
    </Button>
  )
  if (query.status === 'pending') return <ListSkeleton />
  if (query.status === 'error' && !query.isRefetchError) {
    return (
      <Face fill title={strings.common.loadFailed} text={messageOf(query.error)}>
        {retry}
      </Face>
    )
  }
  return (
    <>
      {query.isRefetchError && (
        <Banner tone="error" action={retry}>
          {messageOf(query.error)}
        </Banner>
      )}
      {children}
    </>
  )
}
