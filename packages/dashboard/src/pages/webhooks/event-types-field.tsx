/** Which events a webhook gets: those with a shape of ours to tick, any others to type. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { EventType } from '../../api/schema.ts'
import { eventTypesQuery } from '../../api/webhooks.ts'
import { texts } from '../../texts/texts.ts'
import { Checkbox, FieldError, TextField } from '../../ui/field.tsx'
import { isNotice } from '../event-types/notice-types.ts'
import { spellingOf } from '../event-types/spelling.ts'
import type { PartProps } from './webhook-fields-props.ts'

const { form } = texts.webhooks
const { notices } = texts.eventTypes

export function EventTypesField({ draft, faults, isTold, failure, onChange }: PartProps) {
  const { chosen, others } = draft
  const { data: known = [] } = useQuery(eventTypesQuery)
  const toggle = (name: string, isOn: boolean) => {
    const without = chosen.filter((each) => spellingOf(each) !== name)
    onChange({ chosen: isOn ? [...without, name] : without })
  }
  const error = failure?.about('eventTypes') ?? (isTold ? faults.eventTypes : null)
  const box = { chosen, onToggle: toggle }
  return (
    <fieldset className="grid gap-3">
      <legend className="mb-2 text-sm font-medium">{form.eventTypes}</legend>
      {known
        .filter(({ name }) => !isNotice(name))
        .map((type) => (
          <TypeBox key={type.name} {...box} type={type} />
        ))}
      <NoticeBoxes {...box} types={known.filter(({ name }) => isNotice(name))} />
      <TextField
        label={form.otherTypes}
        hint={form.otherTypesHint}
        optional
        autoCapitalize="none"
        spellCheck={false}
        value={others}
        onChange={(event) => onChange({ others: event.target.value })}
      />
      {error && <FieldError message={error} />}
    </fieldset>
  )
}

interface BoxProps {
  chosen: readonly string[]
  onToggle(name: string, isOn: boolean): void
}

/** What most webhooks don't get: closed, until one of it is chosen. */
function NoticeBoxes({ types, ...box }: BoxProps & { types: readonly EventType[] }) {
  const isChosen = box.chosen.some(isNotice)
  const [isOpen, setIsOpen] = useState(isChosen)
  if (types.length === 0) return null
  return (
    <details
      open={isOpen || isChosen}
      onToggle={(event) => setIsOpen(event.currentTarget.open)}
      className="rounded-control border border-line"
    >
      <summary className="rounded-control px-3.5 py-2.5 text-sm font-medium">
        {notices.title}
      </summary>
      <div className="grid gap-3 border-t border-line px-3.5 py-4">
        <p className="text-sm text-soft">{notices.intro}</p>
        {types.map((type) => (
          <TypeBox key={type.name} {...box} type={type} />
        ))}
      </div>
    </details>
  )
}

function TypeBox({
  type: { name, description },
  chosen,
  onToggle,
}: BoxProps & { type: EventType }) {
  const given = chosen.find((each) => spellingOf(each) === name)
  return (
    <Checkbox
      label={<span className="font-mono text-sm">{given ?? name}</span>}
      hint={notices.types[name] ?? description.replaceAll('`', '')}
      checked={given !== undefined}
      onChange={(event) => onToggle(name, event.target.checked)}
    />
  )
}
