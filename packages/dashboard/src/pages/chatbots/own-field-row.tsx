/** A row of the form's editor: a field of the owner's own. */
import { useState } from 'react'
import { texts } from '../../texts/texts.ts'
import { IconButton } from '../../ui/button.tsx'
import { Checkbox, SelectField, TextAreaField, TextField } from '../../ui/field.tsx'
import { type FieldType, nameOfLabel } from './draft.ts'
import { type FieldRowProps, kindOf, LABEL_LENGTH_MAX, MoveButtons } from './field-row.tsx'

interface OwnFieldRowProps extends FieldRowProps {
  fault: string | null
  /** Names of the others. */
  taken: readonly string[]
  onRemove(): void
}

const { own, required: requiredLabel } = texts.chatbots.editor
const TYPES = Object.keys(own.types) as FieldType[]

export function OwnFieldRow(props: OwnFieldRowProps) {
  const { field, error, taken, onChange, onRemove } = props
  const { name, label, type, options } = field
  const kind = kindOf(field)
  // A name that was saved is in templates and filters of somebody: only a new one follows its label.
  const [follows, setFollows] = useState(name === '')
  return (
    <li className="grid gap-3 py-3">
      <div className="grid items-start gap-3 sm:grid-cols-[minmax(0,1fr)_10rem_auto]">
        <TextField
          label={own.label(kind)}
          labelHidden
          placeholder={own.labelPlaceholder}
          maxLength={LABEL_LENGTH_MAX}
          autoComplete="off"
          value={label}
          error={error}
          onChange={({ target }) =>
            onChange({
              label: target.value,
              ...(follows && { name: nameOfLabel(target.value, taken) }),
            })
          }
        />
        <SelectField
          label={own.type(kind)}
          labelHidden
          value={type ?? 'text'}
          onChange={({ target }) => {
            const chosen = TYPES.find((each) => each === target.value) ?? 'text'
            onChange({ type: chosen })
          }}
        >
          {TYPES.map((each) => (
            <option key={each} value={each}>
              {own.types[each]}
            </option>
          ))}
        </SelectField>
        <div className="flex">
          <MoveButtons kind={kind} {...props} />
          <IconButton icon="trash" label={own.remove(kind)} onClick={onRemove} />
        </div>
      </div>
      {type === 'choice' && (
        <TextAreaField
          label={own.options(kind)}
          hint={own.optionsHint}
          value={options}
          onChange={({ target }) => onChange({ options: target.value })}
        />
      )}
      <NameAndDuty {...props} onNamed={() => setFollows(false)} />
    </li>
  )
}

/** Under which name it is sent, and whether a visitor must answer. */
function NameAndDuty({ field, fault, onChange, onNamed }: OwnFieldRowProps & { onNamed(): void }) {
  const { name, required } = field
  const kind = kindOf(field)
  return (
    <div className="grid items-center gap-3 sm:grid-cols-[minmax(0,1fr)_10rem_auto]">
      <TextField
        label={own.name(kind)}
        hint={own.nameHint}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        className="font-mono text-sm"
        maxLength={40}
        value={name}
        error={fault}
        onChange={({ target }) => {
          onNamed()
          onChange({ name: target.value })
        }}
      />
      <Checkbox
        label={requiredLabel}
        checked={required}
        onChange={(event) => onChange({ required: event.target.checked })}
      />
    </div>
  )
}
