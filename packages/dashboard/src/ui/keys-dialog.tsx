import { texts } from '../texts/texts.ts'
import { Dialog } from './dialog.tsx'

interface KeysDialogProps {
  open: boolean
  onOpenChange(open: boolean): void
}

/** What `use-list-keys.ts` listens to. */
export function KeysDialog({ open, onOpenChange }: KeysDialogProps) {
  const { keys } = texts.ui
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={keys.title} size="sm">
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] items-baseline gap-x-5 gap-y-2.5 text-sm">
        {Object.entries(keys.does).map(([key, does]) => (
          <div key={key} className="contents">
            <dt>
              <kbd className="rounded border border-line bg-sunken px-1.5 py-0.5 font-mono text-xs">
                {key}
              </kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
