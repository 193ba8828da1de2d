import { Check, ChevronDown } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'

interface ChoiceMenuProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly { readonly value: T; readonly text: string; readonly icon?: ReactNode }[]
  readonly onChange: (value: T) => void
  readonly icon?: ReactNode
  /** `field` looks like an input of a form. */
  readonly look?: 'quiet' | 'plain'
  readonly disabled?: boolean
  readonly children?: ReactNode
}

/** One of a few: a button that shows the choice and a menu to change it. */
export function ChoiceMenu<T extends string>(props: ChoiceMenuProps<T>) {
  const { label, value, options, onChange, icon, look = 'quiet', disabled = false, children } = props
  const current = options.find((option) => option.value === value)?.text ?? value
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild disabled={disabled}>
        <Button look={look} icon={icon} aria-label={`${label}: ${current}`} title={label} disabled={disabled}>
          {children ?? current}
          <ChevronDown size={13} aria-hidden="true" />
        </Button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Content className="menu" align="end" sideOffset={4} collisionPadding={8} aria-label={label}>
        <DropdownMenu.RadioGroup value={value} onValueChange={(next) => onChange(next as T)}>
          {options.map((option) => (
            <DropdownMenu.RadioItem key={option.value} value={option.value} className="menu-item">
              <span className="check">
                <DropdownMenu.ItemIndicator>
                  <Check size={14} />
                </DropdownMenu.ItemIndicator>
              </span>
              {/* The text says it. */}
              {option.icon !== undefined && <span aria-hidden="true">{option.icon}</span>}
              {option.text}
            </DropdownMenu.RadioItem>
          ))}
        </DropdownMenu.RadioGroup>
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  )
}
