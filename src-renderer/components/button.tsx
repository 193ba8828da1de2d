import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react'

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: 'plain' | 'primary' | 'quiet'
  readonly small?: boolean
  readonly icon?: ReactNode
  readonly ref?: Ref<HTMLButtonElement>
}

export function Button({ look = 'plain', small = false, icon, className = '', children, ...rest }: ButtonProps) {
  return (
    <button type="button" className={`button ${look} ${small ? 'small' : ''} ${className}`} {...rest}>
      {icon}
      {children}
    </button>
  )
}

interface IconButtonProps extends Omit<ButtonProps, 'icon' | 'children'> {
  /** Name for a screen reader, and the tooltip. */
  readonly label: string
  readonly icon: ReactNode
}

export function IconButton({ label, icon, className = '', look = 'quiet', ...rest }: IconButtonProps) {
  return <Button look={look} icon={icon} className={`icon-only ${className}`} aria-label={label} title={label} {...rest} />
}
