import type { ComponentProps, ReactNode } from 'react'
import { Link, type LinkProps } from 'react-router'
import { classNames } from './class-names.ts'
import { Icon, type IconName } from './icon.tsx'
import { Spinner } from './spinner.tsx'

type Variant = 'primary' | 'secondary' | 'quiet' | 'danger'
type Size = 'sm' | 'md'

interface Look {
  /** Default: `secondary`. One `primary` at most in a view. */
  variant?: Variant
  size?: Size
  icon?: IconName
}

interface ButtonProps extends Look, Omit<ComponentProps<'button'>, 'children'> {
  children: ReactNode
  /** Something is under way: it can't be pressed, but keeps its width and the focus. */
  busy?: boolean
}

const VARIANTS: Record<Variant, string> = {
  primary: 'bg-accent-fill text-on-accent border-transparent hover:bg-accent-fill-hover shadow-xs',
  secondary: 'bg-surface text-ink border-line-strong/45 hover:bg-sunken shadow-xs',
  quiet: 'bg-transparent text-soft border-transparent hover:bg-sunken hover:text-ink',
  danger: 'bg-bad-fill text-on-accent border-transparent hover:brightness-90 shadow-xs',
}

/** On a phone they are as tall as a finger needs. */
const SIZES: Record<Size, string> = {
  sm: 'h-9 sm:h-7 px-2.5 text-sm gap-1.5',
  md: 'h-10 sm:h-9 px-3.5 text-base gap-2',
}

function buttonClass({ variant = 'secondary', size = 'md' }: Look): string {
  return classNames(
    'inline-flex items-center justify-center rounded-control border font-medium whitespace-nowrap',
    'transition-colors select-none no-underline disabled:opacity-55 disabled:cursor-not-allowed',
    VARIANTS[variant],
    SIZES[size],
  )
}

export function Button({
  variant,
  size,
  icon,
  busy = false,
  className,
  children,
  onClick,
  type = 'button',
  ...rest
}: ButtonProps) {
  const look = { ...(variant && { variant }), ...(size && { size }) }
  return (
    <button
      {...rest}
      type={type}
      aria-busy={busy || undefined}
      // Not `disabled` while busy: that would throw the focus back to the page's beginning.
      aria-disabled={busy || undefined}
      onClick={(event) => {
        if (busy) return event.preventDefault()
        onClick?.(event)
      }}
      className={classNames(buttonClass(look), busy && 'cursor-progress opacity-80', className)}
    >
      {busy ? <Spinner /> : icon && <Icon name={icon} size={size === 'sm' ? 'sm' : 'md'} />}
      {children}
    </button>
  )
}

/** Looks like a button, goes somewhere. */
export function ButtonLink({
  variant,
  size,
  icon,
  className,
  children,
  ...rest
}: Look & LinkProps) {
  const look = { ...(variant && { variant }), ...(size && { size }) }
  return (
    <Link {...rest} className={classNames(buttonClass(look), className)}>
      {icon && <Icon name={icon} size={size === 'sm' ? 'sm' : 'md'} />}
      {children}
    </Link>
  )
}

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  icon: IconName
  /** What it does; read out, and shown when the pointer rests on it. */
  label: string
}

export function IconButton({ icon, label, className, type = 'button', ...rest }: IconButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      aria-label={label}
      title={label}
      className={classNames(
        'inline-flex size-10 sm:size-8 shrink-0 items-center justify-center rounded-control',
        'text-soft transition-colors hover:bg-sunken hover:text-ink',
        className,
      )}
    >
      <Icon name={icon} />
    </button>
  )
}
