/** Which of the events a webhook gets, and what their bodies look like. */
import { texts } from '../../../texts/texts.ts'
import { Button } from '../../../ui/button.tsx'
import { Checkbox, FieldError, SelectField } from '../../../ui/field.tsx'
import { Notice } from '../../../ui/notice.tsx'
import { FilterField } from './filter-field.tsx'
import { TemplateField } from './template-field.tsx'
import { type Format, formatOfUrl, INCLUDES, takesInclude, type WantsDraft } from './wants-draft.ts'
import type { WantsFieldsProps } from './wants-fields-props.ts'

const { wants } = texts
const FORMATS = Object.keys(wants.formats) as Format[]

export function WantsFields(props: WantsFieldsProps) {
  const { draft, url, failure, onChange } = props
  return (
    <>
      <div className="grid gap-3">
        <SelectField
          label={wants.format}
          hint={wants.formats[draft.format].hint}
          value={draft.format}
          error={failure?.about('format')}
          onChange={({ target }) => onChange(chosen(target.value, draft))}
        >
          {FORMATS.map((format) => (
            <option key={format} value={format}>
              {wants.formats[format].name}
            </option>
          ))}
        </SelectField>
        <ServiceNotice draft={draft} url={url} onChange={onChange} />
      </div>
      {draft.format === 'template' && <TemplateField {...props} />}
      {takesInclude(draft.format) && <IncludeField {...props} />}
      <FilterField {...props} />
    </>
  )
}

/** A template begins with one that works, so that nobody begins at nothing. */
function chosen(value: string, { template, templateType }: WantsDraft): Partial<WantsDraft> {
  const format = FORMATS.find((each) => each === value) ?? 'guide'
  const isFirst = format === 'template' && template.trim() === ''
  return { format, ...(isFirst && { template: wants.template.starts[templateType] }) }
}

/** What a chat service answers to any other form is an error, for each lead. */
function ServiceNotice({
  draft,
  url,
  onChange,
}: Pick<WantsFieldsProps, 'draft' | 'url' | 'onChange'>) {
  const format = url === null ? null : formatOfUrl(url)
  if (!format || draft.format === format || draft.format === 'template') return null
  const service = Object.entries(wants.services).find(([name]) => name === format)?.[1] ?? format
  return (
    <Notice
      tone="warn"
      actions={
        <Button size="sm" onClick={() => onChange({ format })}>
          {wants.sendAs(service)}
        </Button>
      }
    >
      {wants.ofService(service)}
    </Notice>
  )
}

function IncludeField({ draft, failure, onChange }: WantsFieldsProps) {
  const { label, names, hints } = wants.include
  const error = failure?.about('include')
  return (
    <fieldset className="grid gap-3">
      <legend className="mb-2 text-sm font-medium">
        {label} <span className="font-normal text-soft">({texts.ui.optional})</span>
      </legend>
      {INCLUDES.map((name) => (
        <Checkbox
          key={name}
          label={names[name]}
          hint={hints[name]}
          checked={draft.include.includes(name)}
          onChange={({ target }) => {
            const others = draft.include.filter((each) => each !== name)
            const now = target.checked ? [...others, name] : others
            onChange({ include: INCLUDES.filter((each) => now.includes(each)) })
          }}
        />
      ))}
      {error && <FieldError message={error} />}
    </fieldset>
  )
}
