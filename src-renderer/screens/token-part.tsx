import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { messageOf } from '../api/server-error.ts'
import type { IssuedToken, Token } from '../api/settings-api.ts'
import { Banner } from '../components/banner.tsx'
import { Button } from '../components/button.tsx'
import { Face } from '../components/face.tsx'
import { SettingsSection } from '../components/settings-section.tsx'
import { TokenCreate } from '../components/token-create.tsx'
import { TokenRevoke } from '../components/token-revoke.tsx'
import { TokenRotate } from '../components/token-rotate.tsx'
import { TokenSecret } from '../components/token-secret.tsx'
import { TokenTable } from '../components/token-table.tsx'
import type { Stores } from '../state/stores.ts'
import { useStore } from '../state/use-store.ts'
import { strings } from '../strings/strings.ts'
import { QueryFace } from './query-face.tsx'

const words = strings.settings.tokens

type Sheet = { readonly kind: 'create' } | { readonly kind: 'rotate' | 'revoke'; readonly token: Token }

/** Who may come in with what: tokens are made, moved over to a new secret, and ended. */
export function TokenPart({ stores, isSignInOn }: { readonly stores: Stores; readonly isSignInOn: boolean | undefined }) {
  const { settings: api, queries, toasts } = stores
  const now = useStore(stores.clock, (time) => time)
  const [sheet, setSheet] = useState<Sheet>()
  const [showsEnded, setShowsEnded] = useState(false)
  const [issued, setIssued] = useState<IssuedToken>()
  const query = useInfiniteQuery({
    queryKey: ['tokens'],
    queryFn: ({ pageParam, signal }) => api.tokens(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor,
  })
  const run = useMutation({
    mutationFn: (work: () => Promise<IssuedToken | Token>) => work(),
    onSuccess: (answer) => {
      setSheet(undefined)
      if ('secret' in answer) setIssued(answer)
      else toasts.show(words.revoked(answer.name))
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['tokens'] }),
  })
  const open = (next: Sheet | undefined) => {
    run.reset()
    setSheet(next)
  }
  const tokens = query.data?.pages.flatMap((page) => page.tokens) ?? []
  const shown = tokens.filter(({ status }) => showsEnded || status === 'active')
  const hasEnded = tokens.some(({ status }) => status !== 'active')
  const form = { isBusy: run.isPending, error: run.error ? messageOf(run.error) : undefined, onClose: () => open(undefined) }
  return (
    <SettingsSection
      title={words.list}
      note={words.note}
      tools={
        <Button look="primary" icon={<Plus size={14} />} onClick={() => open({ kind: 'create' })}>
          {words.create}
        </Button>
      }
    >
      {isSignInOn === false && <Banner>{words.signInOff}</Banner>}
      <QueryFace query={query}>
        {shown.length === 0 ? (
          <Face title={words.empty} text={words.emptyHow} />
        ) : (
          <TokenTable
            tokens={shown}
            now={now}
            onRotate={(token) => open({ kind: 'rotate', token })}
            onRevoke={(token) => open({ kind: 'revoke', token })}
          />
        )}
        <div className="list-foot">
          {hasEnded && (
            <label className="check-line">
              <input type="checkbox" checked={showsEnded} onChange={(event) => setShowsEnded(event.target.checked)} />
              {words.showEnded}
            </label>
          )}
          {query.hasNextPage && (
            <Button small disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              {words.more}
            </Button>
          )}
        </div>
      </QueryFace>
      {sheet?.kind === 'create' && <TokenCreate {...form} onSubmit={(input) => run.mutate(() => api.createToken(input))} />}
      {sheet?.kind === 'rotate' && (
        <TokenRotate {...form} token={sheet.token} onSubmit={(grace) => run.mutate(() => api.rotateToken(sheet.token.id, grace))} />
      )}
      {sheet?.kind === 'revoke' && (
        <TokenRevoke {...form} token={sheet.token} onSubmit={() => run.mutate(() => api.revokeToken(sheet.token.id))} />
      )}
      {issued && <TokenSecret issued={issued} onClose={() => setIssued(undefined)} />}
    </SettingsSection>
  )
}
