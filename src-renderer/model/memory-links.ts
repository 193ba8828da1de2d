import type { Link } from '../../src-main/contract/memory.ts'

export const LINK_KINDS: readonly Link['kind'][] = ['relates', 'supersedes', 'contradicts', 'causes', 'part_of']

export function hasLink(links: readonly Link[], { to, kind }: Link): boolean {
  return links.some((link) => link.to === to && link.kind === kind)
}

export function withLink(links: readonly Link[], link: Link): Link[] {
  return hasLink(links, link) ? [...links] : [...links, link]
}

export function withoutLink(links: readonly Link[], { to, kind }: Link): Link[] {
  return links.filter((link) => link.to !== to || link.kind !== kind)
}
