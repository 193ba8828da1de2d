import { useQuery } from '@tanstack/react-query'
import { desktop } from '../api/desktop.ts'
import { Banner } from '../components/banner.tsx'
import { strings } from '../strings/strings.ts'

const words = strings.overview.ports

/** In the desktop app: which ports were taken by another program, and which are used instead. */
export function PortNotes() {
  const { data } = useQuery({
    queryKey: ['desktop', 'ports'],
    queryFn: async () => (await desktop?.getAppInfo())?.portNote ?? [],
    enabled: desktop !== undefined,
    staleTime: Infinity,
  })
  if (!data || data.length === 0) return null
  return <Banner>{data.map(({ of, wanted, used }) => words.note(words[of], String(wanted), String(used))).join(' ')}</Banner>
}
