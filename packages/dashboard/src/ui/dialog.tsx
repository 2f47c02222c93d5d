import { Dialog as Primitive } from 'radix-ui'
import type { ReactNode } from 'react'
import { texts } from '../texts/texts.ts'
import { IconButton } from './button.tsx'
import { classNames } from './class-names.ts'
import { useReturnFocus } from './use-return-focus.ts'

interface DialogProps {
  open: boolean
  onOpenChange(open: boolean): void
  title: string
  description?: ReactNode
  children: ReactNode
  /** The row of buttons, at the end; it stays in sight while the rest scrolls. */
  footer?: ReactNode
  size?: 'sm' | 'md' | 'lg'
  /** There may be something typed in it: a click beside it doesn't close it. */
  keepsOpen?: boolean
}

const WIDTHS = { sm: 'sm:max-w-md', md: 'sm:max-w-xl', lg: 'sm:max-w-3xl' }

/** On a phone it comes from below and takes the width; else it stands in the middle. */
export const DIALOG_PLACE = classNames(
  'fixed z-50 flex flex-col bg-raised text-ink shadow-float outline-none animate-appear',
  'inset-x-0 bottom-0 max-h-[92dvh] rounded-t-card border-t border-line',
  'sm:inset-x-auto sm:bottom-auto sm:left-1/2 sm:top-1/2 sm:w-[calc(100vw-2rem)] sm:max-h-[86dvh]',
  'sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-card sm:border',
)
export const DIALOG_SHADE = 'fixed inset-0 z-40 bg-shade'

export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  children,
  footer,
  size = 'md',
  keepsOpen = false,
}: DialogProps) {
  const returnFocus = useReturnFocus()
  const onOpenAutoFocus = (event: Event) => {
    returnFocus.onOpenAutoFocus()
    focusFirstField(event)
  }
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className={DIALOG_SHADE} />
        <Primitive.Content
          {...returnFocus}
          onOpenAutoFocus={onOpenAutoFocus}
          onInteractOutside={(event) => keepsOpen && event.preventDefault()}
          className={classNames(DIALOG_PLACE, WIDTHS[size])}
          {...(description ? {} : { 'aria-describedby': undefined })}
        >
          <header className="flex items-start gap-3 border-b border-line px-5 py-4">
            <div className="min-w-0 flex-1">
              <Primitive.Title className="text-lg font-semibold">{title}</Primitive.Title>
              {description && (
                <Primitive.Description className="mt-0.5 text-sm text-soft">
                  {description}
                </Primitive.Description>
              )}
            </div>
            <Primitive.Close asChild>
              <IconButton icon="cross" label={texts.ui.close} className="-my-1 -mr-2" />
            </Primitive.Close>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 py-5">{children}</div>
          {footer && <DialogFooter>{footer}</DialogFooter>}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  )
}

/** One came to fill it in, not to close it; a dialog without a field keeps the usual first place. */
function focusFirstField(event: Event) {
  const content = event.currentTarget
  if (!(content instanceof HTMLElement)) return
  const field = content.querySelector<HTMLElement>('input, select, textarea')
  if (!field) return
  event.preventDefault()
  field.focus()
}

function DialogFooter({ children }: { children: ReactNode }) {
  return (
    <footer className="flex flex-wrap items-center justify-end gap-2 border-t border-line px-5 py-3.5 pb-[max(0.875rem,env(safe-area-inset-bottom))]">
      {children}
    </footer>
  )
}
