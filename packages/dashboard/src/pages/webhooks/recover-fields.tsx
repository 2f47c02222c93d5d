import { useState } from 'react'
import type { RecoveryCreate, Webhook } from '../../api/schema.ts'
import { texts } from '../../texts/texts.ts'
import { Checkbox, FieldError, SelectField } from '../../ui/field.tsx'
import { InstantField } from '../../ui/instant-field.tsx'

type Since = 'failing' | 'hour' | 'day' | 'week' | 'given'
type State = 'exhausted' | 'cancelled'

const HOUR_MS = 3_600_000
const BACK_MS = { hour: HOUR_MS, day: 24 * HOUR_MS, week: 7 * 24 * HOUR_MS }

const { recover } = texts.webhooks

interface RecoverChoice {
  since: Since
  /** Of `given`. */
  at: string | null
  states: ReadonlySet<State>
  /** Null: something is missing. */
  recovery: RecoveryCreate | null
  change(part: Partial<Pick<RecoverChoice, 'since' | 'at' | 'states'>>): void
}

export function useRecoverChoice({ health }: Webhook): RecoverChoice {
  const [nowMs] = useState(() => Date.now())
  const [values, setValues] = useState<Pick<RecoverChoice, 'since' | 'at' | 'states'>>({
    since: health.failingSince === null ? 'day' : 'failing',
    at: null,
    states: new Set<State>(['exhausted']),
  })
  const { since, states } = values
  const at = sinceAt(values, health.failingSince, nowMs)
  const isWhole = at !== null && Date.parse(at) < Date.now() && states.size > 0
  return {
    ...values,
    recovery: isWhole && at !== null ? { since: at, states: [...states].sort() } : null,
    change: (part) => {
      // Who sets a time of their own begins with the one that stood there.
      const start = part.since === 'given' && since !== 'given' ? { at } : {}
      setValues((before) => ({ ...before, ...start, ...part }))
    },
  }
}

function sinceAt(
  { since, at }: Pick<RecoverChoice, 'since' | 'at'>,
  failingSince: string | null,
  nowMs: number,
): string | null {
  if (since === 'given') return at
  // Meanwhile it has recovered: the day before is what is left to look at.
  if (since === 'failing' && failingSince !== null) return failingSince
  const backMs = since === 'failing' ? BACK_MS.day : BACK_MS[since]
  return new Date(nowMs - backMs).toISOString()
}

interface RecoverFieldsProps extends RecoverChoice {
  failingSince: string | null
}

export function RecoverFields({ since, at, states, change, failingSince }: RecoverFieldsProps) {
  const toggle = (state: State, isOn: boolean) => {
    const next = new Set(states)
    if (isOn) next.add(state)
    else next.delete(state)
    change({ states: next })
  }
  const choices: Since[] = ['hour', 'day', 'week', 'given']
  if (failingSince !== null) choices.unshift('failing')
  return (
    <>
      <SelectField
        label={recover.since}
        hint={recover.sinceHint}
        value={since}
        onChange={({ target }) => {
          const chosen = choices.find((choice) => choice === target.value)
          if (chosen) change({ since: chosen })
        }}
      >
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {choice === 'failing' ? recover.sinceFailing : recover[choice]}
          </option>
        ))}
      </SelectField>
      {since === 'given' && (
        <InstantField
          label={recover.sinceAt}
          value={at}
          error={timeFault(at)}
          onChange={(value) => change({ at: value })}
        />
      )}
      <fieldset className="grid gap-2.5">
        <legend className="mb-2 text-sm font-medium">{recover.which}</legend>
        <Checkbox
          label={recover.exhausted}
          hint={recover.exhaustedHint}
          checked={states.has('exhausted')}
          onChange={({ target }) => toggle('exhausted', target.checked)}
        />
        <Checkbox
          label={recover.cancelled}
          hint={recover.cancelledHint}
          checked={states.has('cancelled')}
          onChange={({ target }) => toggle('cancelled', target.checked)}
        />
        {states.size === 0 && <FieldError message={recover.stateMissing} />}
      </fieldset>
    </>
  )
}

function timeFault(at: string | null): string | null {
  if (at === null) return recover.sinceMissing
  return Date.parse(at) >= Date.now() ? recover.sinceLater : null
}
