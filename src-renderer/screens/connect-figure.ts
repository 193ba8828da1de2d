import { useQuery } from '@tanstack/react-query'
import { connectedOfFound } from '../model/clients.ts'
import type { Stores } from '../state/stores.ts'
import { useStore } from '../state/use-store.ts'

/** Programs are wired on the machine of the server; a page that came from another one has nothing to ask. */
const IS_THIS_MACHINE = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(location.hostname)

/** "2/8" for the side bar: connected, of those found. Undefined until it is known, where it cannot be, and where none was found. */
export function useConnectFigure({ clients, connection }: Stores): string | undefined {
  const isAsked = useStore(connection, ({ status, isOwner }) => status === 'live' && isOwner) && IS_THIS_MACHINE
  const { data } = useQuery({ queryKey: ['clients'], queryFn: ({ signal }) => clients.list(signal), enabled: isAsked })
  if (!data) return undefined
  const { connected, found } = connectedOfFound(data.clients)
  return found === 0 ? undefined : `${connected}/${found}`
}
