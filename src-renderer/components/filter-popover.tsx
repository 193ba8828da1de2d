import { ListFilter } from 'lucide-react'
import { Popover } from 'radix-ui'
import type { ReactNode } from 'react'
import { strings } from '../strings/strings.ts'
import { Button } from './button.tsx'

/** The filters, where the window is too narrow for their column. */
export function FilterPopover({ count, children }: { readonly count: number; readonly children: ReactNode }) {
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <Button
          className="filter-button"
          look="quiet"
          icon={<ListFilter size={15} />}
          aria-label={count > 0 ? strings.memories.filtersOn(count) : strings.memories.filters}
        >
          {strings.memories.filters}
          {count > 0 && <span className="filter-count figures">{count}</span>}
        </Button>
      </Popover.Trigger>
      <Popover.Content className="popover" align="end" sideOffset={4} collisionPadding={8} aria-label={strings.memories.filters}>
        {children}
      </Popover.Content>
    </Popover.Root>
  )
}
