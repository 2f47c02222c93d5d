import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'

interface ColorFieldProps {
  /** Empty: the widget's own. */
  color: string
  error: string | null | undefined
  onChange(color: string): void
}

const { editor } = texts.chatbots
const COLOR = /^#[0-9a-f]{6}$/i

/** To pick, or to paste from a style guide. */
export function ColorField({ color, error, onChange }: ColorFieldProps) {
  return (
    <div className="flex flex-wrap items-start gap-x-3 gap-y-2">
      <div className="min-w-0 flex-1 basis-28">
        <TextField
          label={editor.color}
          hint={editor.colorHint}
          optional
          placeholder={editor.colorPlaceholder}
          maxLength={7}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          className="font-mono"
          value={color}
          error={error}
          onChange={(event) => onChange(event.target.value.trim())}
        />
      </div>
      <input
        type="color"
        aria-label={editor.colorPick}
        value={COLOR.test(color) ? color : editor.colorPlaceholder}
        onChange={(event) => onChange(event.target.value)}
        className="mt-6.5 h-10 w-12 cursor-pointer rounded-control border border-line-strong/60 bg-surface p-1 shadow-xs sm:h-9"
      />
      {color !== '' && (
        <Button variant="quiet" className="sm:mt-6.5" onClick={() => onChange('')}>
          {editor.colorDefault}
        </Button>
      )}
    </div>
  )
}
