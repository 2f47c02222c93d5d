import { AlertDialog } from 'radix-ui'
import { type ReactNode, useState } from 'react'
import { asFailure } from '../api/api-failure.ts'
import { texts } from '../texts/texts.ts'
import { Button } from './button.tsx'
import { classNames } from './class-names.ts'
import { DIALOG_PLACE, DIALOG_SHADE } from './dialog.tsx'
import { TextField } from './field.tsx'
import { Notice } from './notice.tsx'
import { useReturnFocus } from './use-return-focus.ts'

interface ConfirmDialogProps {
  open: boolean
  onOpenChange(open: boolean): void
  /** A question: "Delete this webhook?" */
  title: string
  /** What will happen, in full. */
  children: ReactNode
  /** The act itself: "Delete the webhook", never "OK". */
  confirmLabel: string
  danger?: boolean
  /** For what is gone for good: a name that is to be typed first. */
  typedName?: string
  /** Closes when it resolves; what it rejects with is shown here. */
  onConfirm(): Promise<unknown>
}

/** Asks before what can't be taken back. The focus starts on the button that changes nothing. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const returnFocus = useReturnFocus()
  return (
    <AlertDialog.Root open={props.open} onOpenChange={props.onOpenChange}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className={DIALOG_SHADE} />
        <AlertDialog.Content {...returnFocus} className={classNames(DIALOG_PLACE, 'sm:max-w-md')}>
          <Question {...props} />
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}

/** Mounted with the dialog: an earlier failure isn't shown again. */
function Question({
  title,
  children,
  confirmLabel,
  danger = false,
  typedName,
  onConfirm,
  onOpenChange,
}: ConfirmDialogProps) {
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const [typed, setTyped] = useState('')
  const [isTold, setIsTold] = useState(false)
  const isTyped = typedName === undefined || typed.trim() === typedName.trim()
  const confirm = async () => {
    setIsTold(true)
    if (!isTyped || busy) return
    setBusy(true)
    setFailure(null)
    try {
      await onConfirm()
      onOpenChange(false)
    } catch (error) {
      setFailure(asFailure(error).message)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <div className="grid gap-3 overflow-y-auto px-5 pt-5 pb-4">
        <AlertDialog.Title className="text-lg font-semibold">{title}</AlertDialog.Title>
        <AlertDialog.Description asChild>
          <div className="grid gap-2 text-soft">{children}</div>
        </AlertDialog.Description>
        {typedName !== undefined && (
          <TextField
            label={texts.ui.typeName(typedName)}
            error={isTold && !isTyped ? texts.ui.nameDiffers : null}
            value={typed}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setTyped(event.target.value)}
            onKeyDown={(event) => event.key === 'Enter' && void confirm()}
          />
        )}
        {failure && <Notice tone="bad">{failure}</Notice>}
      </div>
      <footer className="flex flex-wrap justify-end gap-2 px-5 pb-5">
        <AlertDialog.Cancel asChild>
          <Button>{texts.ui.cancel}</Button>
        </AlertDialog.Cancel>
        <Button variant={danger ? 'danger' : 'primary'} busy={busy} onClick={() => void confirm()}>
          {confirmLabel}
        </Button>
      </footer>
    </>
  )
}
