/** A row of the form's editor: one of the three by which people are reached. */
import { texts } from '../../texts/texts.ts'
import { IconButton } from '../../ui/button.tsx'
import { Checkbox, TextField } from '../../ui/field.tsx'
import type { DraftField } from './draft.ts'

const { editor, kinds } = texts.chatbots
export const LABEL_LENGTH_MAX = 100

export interface FieldRowProps {
  field: DraftField
  isFirst: boolean
  isLast: boolean
  error: string | null
  onChange(part: Partial<DraftField>): void
  onMove(by: -1 | 1): void
}

export function FieldRow({ field, isFirst, isLast, error, onChange, onMove }: FieldRowProps) {
  const { label, required, isAsked } = field
  const kind = kindOf(field)
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 gap-y-1.5 py-2 sm:grid-cols-[9rem_minmax(0,1fr)_auto_auto]">
      <Checkbox
        label={<span className="font-medium">{editor.asked(kind)}</span>}
        checked={isAsked}
        onChange={(event) => onChange({ isAsked: event.target.checked })}
      />
      <MoveButtons kind={kind} isFirst={isFirst} isLast={isLast} onMove={onMove} />
      {isAsked ? (
        <>
          <TextField
            label={editor.labelOf(kind)}
            labelHidden
            maxLength={LABEL_LENGTH_MAX}
            autoComplete="off"
            value={label}
            error={error}
            onChange={(event) => onChange({ label: event.target.value })}
          />
          <Checkbox
            label={editor.required}
            checked={required}
            onChange={(event) => onChange({ required: event.target.checked })}
          />
        </>
      ) : (
        <span aria-hidden="true" className="max-sm:hidden sm:col-span-2" />
      )}
    </li>
  )
}

/** What it is called here; its label is for visitors. */
export function kindOf({ name, label, type }: DraftField): string {
  if (type !== null) return label.trim() || editor.own.unnamed
  return Object.entries(kinds).find(([kind]) => kind === name)?.[1] ?? name
}

interface MoveButtonsProps extends Pick<FieldRowProps, 'isFirst' | 'isLast' | 'onMove'> {
  kind: string
}

export function MoveButtons({ kind, isFirst, isLast, onMove }: MoveButtonsProps) {
  return (
    <div className="flex sm:order-last">
      <MoveButton icon="up" label={editor.up(kind)} isOff={isFirst} onMove={() => onMove(-1)} />
      <MoveButton icon="down" label={editor.down(kind)} isOff={isLast} onMove={() => onMove(1)} />
    </div>
  )
}

interface MoveButtonProps {
  icon: 'up' | 'down'
  label: string
  isOff: boolean
  onMove(): void
}

/** It keeps the focus, though its row moves and it may have no further to go. */
function MoveButton({ icon, label, isOff, onMove }: MoveButtonProps) {
  return (
    <IconButton
      icon={icon}
      label={label}
      aria-disabled={isOff || undefined}
      className={isOff ? 'opacity-40' : ''}
      onClick={(event) => {
        if (isOff) return
        const button = event.currentTarget
        onMove()
        requestAnimationFrame(() => button.focus())
      }}
    />
  )
}
