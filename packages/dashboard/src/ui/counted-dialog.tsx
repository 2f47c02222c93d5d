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
  /** What was counted by a dry run. */
  counted: UseQueryResult<Pick<BulkStarted, 'count' | 'more'>>
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
  counted,
  sentence,
  confirmLabel,
  icon,
  danger = false,
  children,
  onConfirm,
}: CountedDialogProps) {
  const { data, error, refetch } = counted
  const starting = useMutation({ mutationFn: onConfirm, onSuccess: () => onOpenChange(false) })
  const { count, more } = data ?? { count: 0, more: false }
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={title}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>{texts.ui.cancel}</Button>
          <Button
            variant={danger ? 'danger' : 'primary'}
            icon={icon}
            busy={starting.isPending}
            disabled={count === 0}
            onClick={() => starting.mutate()}
          >
            {confirmLabel(count, more)}
          </Button>
        </>
      }
    >
      <div aria-live="polite" className="grid gap-3">
        {error ? (
          <ErrorState error={error} onRetry={refetch} />
        ) : (
          <p className="font-medium">{data ? sentence(count, more) : texts.ui.bulk.counting}</p>
        )}
        {count > 0 && <div className="grid gap-2 text-soft">{children}</div>}
        {starting.error && <ErrorState error={starting.error} />}
      </div>
    </Dialog>
  )
}
