import { ChangedMeanwhile } from '../../app/changed-meanwhile.tsx'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { type Draft, hasFaults, shownField } from './draft.ts'
import type { Editing } from './use-editing.ts'

const { save, editor } = texts.chatbots

const LABELS: Record<keyof Draft, string> = {
  name: texts.chatbots.name,
  fields: editor.asks,
  greeting: editor.greeting,
  thanks: editor.thanks,
  consent: editor.consent,
  consentRequired: editor.consentRequired,
  color: editor.color,
  pageQuery: editor.pageQuery,
  origins: editor.origins,
}

/** In sight as long as there is something to save. */
export function SaveBar({ editing }: { editing: Editing }) {
  const { merged, isChanged, isSaving, isTold, failure, faults, discard } = editing
  const changed = failure?.changed ?? null
  if (!isChanged) return null
  return (
    <div className="sticky bottom-3 z-20 grid gap-3 rounded-card border border-line bg-raised px-4 py-3 shadow-float">
      {failure && !changed && <ErrorState error={failure} title={save.failed} />}
      <div className="max-h-[50dvh] overflow-y-auto empty:hidden">
        <ChangedMeanwhile merged={merged} changed={changed} labels={LABELS} show={shownField} />
      </div>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p role="status" className="text-sm text-soft">
          {isTold && hasFaults(faults) ? save.fix : save.unsaved}
        </p>
        <div className="flex flex-wrap gap-2">
          <Button onClick={discard}>{save.discard}</Button>
          <Button variant="primary" type="submit" busy={isSaving}>
            {save.save}
          </Button>
        </div>
      </div>
    </div>
  )
}
