import { type UseQueryResult, useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { BulkStarted } from '../api/schema.ts'
import { texts } from '../texts/texts.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { ErrorState } from './error-state.tsx'
import type { IconName } from './icon.tsx'

interface CountedDialogProps {
  open: boolean
  onOpenChange(open: boolean): void
  title: string
  description?: ReactNode
  /** What decides how many it is about: stands above the number. */
  choice?: ReactNode
  /** What was counted by a dry run; null: something is missing in the choice. */
  counted: UseQueryResult<Pick<BulkStarted, 'count' | 'more'>> | null
  /** "118 deliveries will be sent again." */
  sentence(count: number, more: boolean): string
  confirmLabel(count: number, more: boolean): string
  icon: IconName
  danger?: boolean
  /** What else will happen, and what will not. */
  children: ReactNode
  /** Starts it. It closes when that resolves; what it rejects with is shown here. */
  onConfirm(): Promise<unknown>
}

/** Says how many something is about before it can be done. */
export function CountedDialog({
  open,
  onOpenChange,
  title,
  description,
  choice,
  counted,
  sentence,
  confirmLabel,
  icon,
  danger = false,
  children,
  onConfirm,
}: CountedDialogProps) {
  const starting = useMutation({ mutationFn: onConfirm, onSuccess: () => onOpenChange(false) })
  const { count, more } = counted?.data ?? { count: 0, more: false }
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={title}
      description={description}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>{texts.ui.cancel}</Button>
          <Button
            variant={danger ? 'danger' : 'primary'}
            icon={icon}
            busy={starting.isPending}
            disabled={count === 0 && !more}
            onClick={() => starting.mutate()}
          >
            {confirmLabel(count, more)}
          </Button>
        </>
      }
    >
      <div className="grid gap-5">
        {choice}
        <div aria-live="polite" className="grid gap-3">
          {counted?.error ? (
            <ErrorState error={counted.error} onRetry={counted.refetch} />
          ) : (
            counted && (
              <p className="font-medium">
                {counted.data ? sentence(count, more) : texts.ui.bulk.counting}
              </p>
            )
          )}
          {count > 0 && <div className="grid gap-2 text-soft">{children}</div>}
          {starting.error && <ErrorState error={starting.error} />}
        </div>
      </div>
    </Dialog>
  )
}
