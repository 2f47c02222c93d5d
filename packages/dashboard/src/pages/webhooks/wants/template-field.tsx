import { useRef } from 'react'
import { texts } from '../../../texts/texts.ts'
import { Button } from '../../../ui/button.tsx'
import { TextAreaField } from '../../../ui/field.tsx'
import { Segmented } from '../../../ui/segmented.tsx'
import { takesLeads } from '../../event-types/spelling.ts'
import type { WantsDraft } from './wants-draft.ts'
import type { WantsFieldsProps } from './wants-fields-props.ts'

const { template: words } = texts.wants
const OF_ALL = ['eventType', 'eventId', 'eventTime', 'chatbotName']
const OF_LEADS = [
  'payload.customerName',
  'payload.customerEmail',
  'payload.customerPhone',
  'context.page',
]
const TYPES = ['json', 'form'] as const

export function TemplateField(props: WantsFieldsProps) {
  const { draft, eventTypes, faults, isTold, failure, onChange } = props
  const { template, templateType } = draft
  const area = useRef<HTMLTextAreaElement>(null)
  const isOfLeads = takesLeads(eventTypes)
  const insert = (path: string) => {
    const { selectionStart: from, selectionEnd: to } = area.current ?? caretAtEnd(template)
    const placeholder = `{{${path}}}`
    onChange({ template: template.slice(0, from) + placeholder + template.slice(to) })
    const caret = from + placeholder.length
    requestAnimationFrame(() => {
      area.current?.focus()
      area.current?.setSelectionRange(caret, caret)
    })
  }
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-center gap-2 text-sm">
        <span className="font-medium">{words.type}</span>
        <Segmented
          label={words.type}
          value={templateType}
          options={TYPES.map((value) => ({ value, label: words.types[value] }))}
          onChange={(type) => onChange(ofType(type, draft))}
        />
      </div>
      <TextAreaField
        ref={area}
        label={words.label}
        hint={words.hints[templateType]}
        rows={8}
        spellCheck={false}
        autoCapitalize="none"
        autoComplete="off"
        className="font-mono text-sm"
        value={template}
        error={
          failure?.about('template') ??
          failure?.about('templateType') ??
          (isTold ? faults.template : null)
        }
        onChange={({ target }) => onChange({ template: target.value })}
      />
      <fieldset className="flex flex-wrap items-center gap-1.5">
        <legend className="mb-1.5 text-sm text-soft">{words.insert}</legend>
        {[...(isOfLeads ? OF_LEADS : []), ...OF_ALL].map((path) => (
          <Button key={path} size="sm" onClick={() => insert(path)}>
            <span className="font-mono text-xs">{path}</span>
          </Button>
        ))}
      </fieldset>
      <p className="text-sm text-soft">{words.more}</p>
    </div>
  )
}

/** What nobody has changed yet begins as the other type does. */
function ofType(type: WantsDraft['templateType'], draft: WantsDraft): Partial<WantsDraft> {
  const isUntouched =
    draft.template.trim() === '' || draft.template === words.starts[draft.templateType]
  return { templateType: type, ...(isUntouched && { template: words.starts[type] }) }
}

function caretAtEnd({ length }: string) {
  return { selectionStart: length, selectionEnd: length }
}
