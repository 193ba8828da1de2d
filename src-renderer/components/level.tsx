import { Globe, Lock, Server, Share2, Users } from 'lucide-react'
import type { AccessLevel } from '../../src-main/contract/memory.ts'
import { strings } from '../strings/strings.ts'

const ICONS = { private: Lock, team: Users, shared: Share2, public: Globe, system: Server } as const

/** Who may see a memory, as an icon (named) or with its word. */
export function Level({ level, withText = false }: { readonly level: AccessLevel; readonly withText?: boolean }) {
  const Icon = ICONS[level]
  const name = strings.levels[level]
  if (withText) {
    return (
      <span className="level">
        <Icon size={14} aria-hidden="true" /> {name}
      </span>
    )
  }
  return (
    <span className="level" role="img" aria-label={name} title={name}>
      <Icon size={12} />
    </span>
  )
}
