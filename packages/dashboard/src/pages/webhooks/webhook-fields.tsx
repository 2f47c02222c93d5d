/** The fields of a webhook, the same for one that is made and one that is changed. */
import { useState } from 'react'
import type { ApiFailure } from '../../api/api-failure.ts'
import { texts } from '../../texts/texts.ts'
import { TextField } from '../../ui/field.tsx'
import { Notice } from '../../ui/notice.tsx'
import { useLeft } from '../../ui/use-left.ts'
import { EventTypesField } from './event-types-field.tsx'
import { PairsField } from './pairs-field.tsx'
import { checkUrl } from './url-check.ts'
import { finished } from './wants/filter-rows.ts'
import { PreviewPanel } from './wants/preview-panel.tsx'
import { takesInclude, WANTS_PATHS, wantsValues } from './wants/wants-draft.ts'
import { WantsFields } from './wants/wants-fields.tsx'
import { faultsOf, hasFaultsOfMore, isMoreSet, valuesOf } from './webhook-draft.ts'
import type { PartProps, WebhookFieldsProps } from './webhook-fields-props.ts'
import { NUMBER_NAMES, NUMBERS, type NumberName, PAIRS, PAIRS_NAMES } from './webhook-settings.ts'

const { form } = texts.webhooks
const MORE_PATHS = [...PAIRS_NAMES, ...NUMBER_NAMES]
const PATHS = ['url', 'eventTypes', 'description', ...WANTS_PATHS, ...MORE_PATHS]
const DESCRIPTION_LENGTH_MAX = 500

export function WebhookFields(props: WebhookFieldsProps) {
  const { draft, failure, onChange } = props
  const part = { ...props, faults: faultsOf(draft) }
  return (
    <>
      {draft.url !== null && <UrlField {...part} url={draft.url} />}
      <EventTypesField {...part} />
      <WantsPart {...part} />
      <TextField
        label={form.description}
        hint={form.descriptionHint}
        optional
        maxLength={DESCRIPTION_LENGTH_MAX}
        value={draft.description}
        error={failure?.about('description')}
        onChange={(event) => onChange({ description: event.target.value })}
      />
      <MoreFields {...part} />
    </>
  )
}

/** What of it, in which form; and the preview of both. */
function WantsPart(props: PartProps) {
  const { draft, faults, chatbotId, webhookId } = props
  const { eventTypes } = valuesOf(draft)
  const wants = wantsValues({ ...draft, filter: finished(draft.filter) })
  const asked = { ...(webhookId !== null && { webhookId }), ...wants, eventTypes }
  return (
    <>
      <WantsFields {...props} url={draft.url} eventTypes={eventTypes} faults={faults.wants} />
      {chatbotId !== '' && eventTypes.length > 0 && (
        <PreviewPanel
          chatbotId={chatbotId}
          asked={asked}
          isWanted={!takesInclude(draft.format) || wants.filter !== null}
        />
      )}
    </>
  )
}

/** False: no field can say it, so the form has to. */
export function isToldAtField(failure: ApiFailure): boolean {
  return PATHS.some((path) => failure.about(path) !== null)
}

/** Checked as one types, but nobody is told of a mistake before they had the time to finish. */
function UrlField({ url, faults, isTold, failure, onChange }: PartProps & { url: string }) {
  const { hasLeft, onBlur } = useLeft()
  const { warning } = checkUrl(url)
  const isDue = isTold || (hasLeft && url !== '')
  return (
    <div className="grid gap-2">
      <TextField
        label={form.url}
        hint={form.urlHint}
        placeholder={form.urlPlaceholder}
        type="url"
        inputMode="url"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={url}
        error={failure?.about('url') ?? (isDue ? faults.url : null)}
        onChange={(event) => onChange({ url: event.target.value })}
        onBlur={onBlur}
      />
      {warning && <Notice tone="warn">{warning}</Notice>}
    </div>
  )
}

/** What most never need: closed, until one of it is set or wrong. */
function MoreFields(props: PartProps) {
  const { draft, faults, isTold, failure, onChange } = props
  const [isOpen, setIsOpen] = useState(isMoreSet(draft))
  const isRefused = MORE_PATHS.some((path) => failure?.about(path))
  return (
    <details
      open={isOpen || isRefused || (isTold && hasFaultsOfMore(faults))}
      onToggle={(event) => setIsOpen(event.currentTarget.open)}
      className="group rounded-control border border-line"
    >
      <summary className="rounded-control px-3.5 py-2.5 text-sm font-medium">{form.more}</summary>
      <div className="grid gap-5 border-t border-line px-3.5 py-4">
        {PAIRS_NAMES.map((name) => (
          <PairsField
            key={name}
            setting={PAIRS[name]}
            rows={draft[name]}
            faults={isTold ? faults[name] : null}
            refusal={failure?.about(name) ?? null}
            refusalOf={(member) => failure?.aboutMember(name, member) ?? null}
            onChange={(rows) => onChange({ [name]: rows })}
          />
        ))}
        <div className="grid gap-5 sm:grid-cols-2">
          {NUMBER_NAMES.map((name) => (
            <NumberField key={name} name={name} {...props} />
          ))}
        </div>
      </div>
    </details>
  )
}

function NumberField({
  name,
  draft,
  faults,
  isTold,
  failure,
  onChange,
}: PartProps & { name: NumberName }) {
  const { isFraction, texts: words } = NUMBERS[name]
  return (
    <TextField
      label={words.label}
      hint={words.hint}
      placeholder={words.unset}
      optional
      inputMode={isFraction ? 'decimal' : 'numeric'}
      autoComplete="off"
      value={draft[name]}
      error={failure?.about(name) ?? (isTold ? faults[name] : null)}
      onChange={(event) => onChange({ [name]: event.target.value })}
    />
  )
}
