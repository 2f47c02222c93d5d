import { useState } from 'react'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { TextAreaField } from '../../ui/field.tsx'
import { missingTwins, readOrigins, tidyOrigins } from './origins.ts'
import type { Editing } from './use-editing.ts'

const { editor } = texts.chatbots
const TWINS_SHOWN_MAX = 3

/** Checked as one types, but nobody is told of a line that is not finished yet. */
export function OriginsField({ draft, faults, isTold, refused, change }: Editing) {
  const [left, setLeft] = useState(draft.origins !== '')
  // Not of what was saved before: that is as its owner wants it.
  const [isEdited, setIsEdited] = useState(false)
  const twins = faults.origins === undefined ? missingTwins(readOrigins(draft.origins).origins) : []
  return (
    <div className="grid gap-3">
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
        onChange={(event) => {
          setIsEdited(true)
          change({ origins: event.target.value })
        }}
        onFocus={() => setLeft(faults.origins !== undefined)}
        onBlur={() => {
          setLeft(true)
          const tidied = tidyOrigins(draft.origins)
          if (tidied !== draft.origins) change({ origins: tidied })
        }}
      />
      {left && isEdited && twins.length > 0 && (
        <div className="grid justify-items-start gap-2">
          <p className="text-sm text-soft">{editor.originTwins}</p>
          {twins.slice(0, TWINS_SHOWN_MAX).map((twin) => (
            <Button
              key={twin}
              size="sm"
              icon="plus"
              onClick={() => change({ origins: tidyOrigins(`${draft.origins}\n${twin}`) })}
            >
              {editor.originTwin(twin)}
            </Button>
          ))}
        </div>
      )}
    </div>
  )
}
