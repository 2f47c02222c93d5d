import { useEffect, useState } from 'react'
import { tidyContact } from '../format/typed-text.ts'
import { TextField } from './field.tsx'

const WAIT_MS = 300

interface SearchFieldProps {
  label: string
  hint?: string
  placeholder?: string
  /** What is searched for now. */
  value: string
  /** When one has stopped typing for a moment, or pressed Enter. */
  onSearch(text: string): void
}

/** What was typed stays in the field, whatever becomes of the search. */
export function SearchField({ value, onSearch, ...rest }: SearchFieldProps) {
  const [text, setText] = useState(value)
  const [known, setKnown] = useState(value)
  // Changed from elsewhere: the back button, or the filters were cleared.
  if (known !== value) {
    setKnown(value)
    if (value !== tidyContact(text)) setText(value)
  }
  const search = () => {
    if (tidyContact(text) !== value) onSearch(tidyContact(text))
  }
  useEffect(() => {
    const timer = setTimeout(search, WAIT_MS)
    return () => clearTimeout(timer)
  })
  return (
    <TextField
      {...rest}
      type="search"
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      maxLength={320}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onKeyDown={(event) => event.key === 'Enter' && search()}
    />
  )
}
