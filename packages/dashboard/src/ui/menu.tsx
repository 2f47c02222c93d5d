import { DropdownMenu } from 'radix-ui'
import { createContext, type ReactNode, useContext, useRef } from 'react'
import { classNames } from './class-names.ts'
import { Icon, type IconName } from './icon.tsx'

interface MenuProps {
  /** One button. */
  trigger: ReactNode
  children: ReactNode
  align?: 'start' | 'end'
  side?: 'top' | 'bottom'
}

const ITEM =
  'flex min-h-10 sm:min-h-8 w-full items-center gap-2.5 rounded-md px-2.5 py-1.5 text-sm outline-none data-highlighted:bg-sunken data-disabled:opacity-50'

/** What an item does waits until the focus is back on the trigger: a dialog then returns it there. */
const LaterContext = createContext<(act: () => void) => void>((act) => act())

/** Not modal: the page behind stays as it is, and no style is put into it. */
export function Menu({ trigger, children, align = 'end', side = 'bottom' }: MenuProps) {
  const pending = useRef<(() => void) | null>(null)
  const later = (act: () => void) => {
    pending.current = act
  }
  const onCloseAutoFocus = () => {
    const act = pending.current
    pending.current = null
    if (act) queueMicrotask(act)
  }
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          onCloseAutoFocus={onCloseAutoFocus}
          align={align}
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-48 max-w-[calc(100vw-1rem)] overflow-y-auto rounded-card border border-line bg-raised p-1 text-ink shadow-float animate-appear"
        >
          <LaterContext value={later}>{children}</LaterContext>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

interface MenuItemProps {
  icon?: IconName
  children: ReactNode
  onSelect(): void
  danger?: boolean
  disabled?: boolean
}

export function MenuItem({ icon, children, onSelect, danger, disabled = false }: MenuItemProps) {
  const later = useContext(LaterContext)
  return (
    <DropdownMenu.Item
      disabled={disabled}
      onSelect={() => later(onSelect)}
      className={classNames(ITEM, danger && 'text-bad')}
    >
      {icon && <Icon name={icon} />}
      {children}
    </DropdownMenu.Item>
  )
}

/** Goes somewhere: `children` is one link. */
export function MenuLink({ children }: { children: ReactNode }) {
  return (
    <DropdownMenu.Item asChild className={classNames(ITEM, 'no-underline')}>
      {children}
    </DropdownMenu.Item>
  )
}

interface MenuChoiceProps<Value extends string> {
  label: string
  value: Value
  onChange(value: Value): void
  options: readonly { value: Value; label: string }[]
}

/** One of several; the menu closes with the choice. */
export function MenuChoice<Value extends string>({
  label,
  value,
  onChange,
  options,
}: MenuChoiceProps<Value>) {
  return (
    <DropdownMenu.Group>
      <DropdownMenu.Label className="px-2.5 pt-2 pb-1 text-xs font-medium text-soft">
        {label}
      </DropdownMenu.Label>
      <DropdownMenu.RadioGroup value={value}>
        {options.map((option) => (
          <DropdownMenu.RadioItem
            key={option.value}
            value={option.value}
            onSelect={() => onChange(option.value)}
            className={ITEM}
          >
            <span className="size-4 shrink-0 text-accent">
              <DropdownMenu.ItemIndicator>
                <Icon name="check" />
              </DropdownMenu.ItemIndicator>
            </span>
            <span className="min-w-0 truncate">{option.label}</span>
          </DropdownMenu.RadioItem>
        ))}
      </DropdownMenu.RadioGroup>
    </DropdownMenu.Group>
  )
}

export function MenuLine() {
  return <DropdownMenu.Separator className="my-1 h-px bg-line" />
}

interface MenuChecksProps {
  values: readonly string[]
  onChange(values: string[]): void
  options: readonly (readonly [value: string, label: string])[]
}

/** Any of several; the menu stays open. */
export function MenuChecks({ values, onChange, options }: MenuChecksProps) {
  return options.map(([value, label]) => (
    <DropdownMenu.CheckboxItem
      key={value}
      checked={values.includes(value)}
      onSelect={(event) => event.preventDefault()}
      onCheckedChange={(is) =>
        onChange(is ? [...values, value] : values.filter((each) => each !== value))
      }
      className={ITEM}
    >
      <span className="size-4 shrink-0 text-accent">
        <DropdownMenu.ItemIndicator>
          <Icon name="check" />
        </DropdownMenu.ItemIndicator>
      </span>
      <span className="min-w-0 truncate">{label}</span>
    </DropdownMenu.CheckboxItem>
  ))
}
