import { useState } from 'react'
import { TextField } from './field.tsx'

interface InstantFieldProps {
  label: string
  hint?: string
  error?: string | null
  /** ISO 8601; null: none. */
  value: string | null
  onChange(value: string | null): void
}

/**
 * A moment in the reader's own zone. It is taken when one leaves the field or presses Enter: halfway
 * through typing a year, a browser's field already holds another valid time.
 */
export function InstantField({ value, onChange, ...rest }: InstantFieldProps) {
  const [text, setText] = useState(() => localText(value))
  const [known, setKnown] = useState(value)
  if (known !== value) {
    setKnown(value)
    setText(localText(value))
  }
  const take = () => {
    if (text !== localText(value)) onChange(text === '' ? null : new Date(text).toISOString())
  }
  return (
    <TextField
      {...rest}
      type="datetime-local"
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={take}
      onKeyDown={(event) => event.key === 'Enter' && take()}
    />
  )
}

/** As the field writes it: 2026-11-24T15:30. */
function localText(iso: string | null): string {
  const at = iso === null ? Number.NaN : Date.parse(iso)
  if (Number.isNaN(at)) return ''
  const offsetMs = new Date(at).getTimezoneOffset() * 60_000
  return new Date(at - offsetMs).toISOString().slice(0, 16)
}
