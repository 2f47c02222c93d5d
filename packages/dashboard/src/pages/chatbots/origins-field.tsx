import { useState } from 'react'
import { texts } from '../../texts/texts.ts'
import { TextAreaField } from '../../ui/field.tsx'
import { tidyOrigins } from './origins.ts'
import type { Editing } from './use-editing.ts'

const { editor } = texts.chatbots

/** Checked as one types, but nobody is told of a line that is not finished yet. */
export function OriginsField({ draft, faults, isTold, refused, change }: Editing) {
  const [left, setLeft] = useState(draft.origins !== '')
  return (
    <TextAreaField
      label={editor.origins}
      hint={editor.originsHint}
      placeholder={editor.originsPlaceholder}
      optional
      rows={3}
      inputMode="url"
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      className="font-mono"
      value={draft.origins}
      error={refused('allowedOrigins') ?? (isTold || left ? faults.origins : null)}
      onChange={(event) => change({ origins: event.target.value })}
      onFocus={() => setLeft(faults.origins !== undefined)}
      onBlur={() => {
        setLeft(true)
        const tidied = tidyOrigins(draft.origins)
        if (tidied !== draft.origins) change({ origins: tidied })
      }}
    />
  )
}
