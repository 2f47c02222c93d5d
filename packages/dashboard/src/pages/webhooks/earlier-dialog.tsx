/** Sends a webhook what came before it: since when, how many that is, and then it goes by itself. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { countBackfillQuery, startBackfill } from '../../api/backfill.ts'
import { createOnce } from '../../api/once.ts'
import type { Webhook } from '../../api/schema.ts'
import { texts } from '../../texts/texts.ts'
import { followBulk } from '../../ui/bulk-lines.tsx'
import { CountedDialog } from '../../ui/counted-dialog.tsx'
import { SelectField } from '../../ui/field.tsx'
import { InstantField } from '../../ui/instant-field.tsx'
import { webhookCondition } from '../../ui/status-badge.tsx'

const words = texts.earlier
const DAY_MS = 86_400_000
const BACK_MS = { day: DAY_MS, week: 7 * DAY_MS, month: 30 * DAY_MS }
const CHOICES = ['day', 'week', 'month', 'all', 'given'] as const
type Since = (typeof CHOICES)[number]

interface EarlierDialogProps {
  webhook: Webhook
  open: boolean
  onOpenChange(open: boolean): void
}

/** Each time it is opened it begins anew: what was counted before is no answer. */
export function EarlierDialog(props: EarlierDialogProps) {
  return props.open ? <Question {...props} /> : null
}

function Question({ webhook, open, onOpenChange }: EarlierDialogProps) {
  const client = useQueryClient()
  const [once] = useState(createOnce)
  const [nowMs] = useState(() => Date.now())
  const [since, setSince] = useState<Since>('week')
  const [at, setAt] = useState<string | null>(null)
  const from = sinceAt(since, { at, nowMs })
  const isAskable = from !== null && Date.parse(from) < Date.now()
  const counted = useQuery({
    ...countBackfillQuery(webhook.id, { since: from ?? '' }),
    enabled: isAskable,
    refetchOnWindowFocus: false,
  })
  const start = async () => {
    if (from === null) return
    const { recoveryId } = await startBackfill(webhook.id, { since: from }, once(from))
    if (recoveryId !== null) followBulk(recoveryId)
    await client.invalidateQueries({ queryKey: ['deliveries'] })
  }
  const choose = (chosen: Since) => {
    // Who sets a time of their own begins with the one that stood there.
    if (chosen === 'given' && since !== 'all') setAt(from)
    setSince(chosen)
  }
  return (
    <CountedDialog
      open={open}
      onOpenChange={onOpenChange}
      title={words.title}
      description={words.intro}
      choice={
        <>
          <SelectField
            label={words.since}
            hint={words.sinceHint}
            value={since}
            onChange={({ target }) => {
              const chosen = CHOICES.find((choice) => choice === target.value)
              if (chosen) choose(chosen)
            }}
          >
            {CHOICES.map((choice) => (
              <option key={choice} value={choice}>
                {words[choice]}
              </option>
            ))}
          </SelectField>
          {since === 'given' && (
            <InstantField label={words.sinceAt} value={at} error={timeFault(at)} onChange={setAt} />
          )}
        </>
      }
      counted={isAskable ? counted : null}
      sentence={(amount, more) =>
        amount === 0 && !more ? words.none : words.willSend(amount, more)
      }
      confirmLabel={words.confirm}
      icon="send"
      onConfirm={start}
    >
      <p>{words.which(webhook.eventTypes.join(', '))}</p>
      <p>{isTaking(webhook) ? words.once : words.onHold}</p>
    </CountedDialog>
  )
}

function isTaking(webhook: Webhook): boolean {
  return !['paused', 'disabled', 'away', 'resting'].includes(webhookCondition(webhook))
}

function sinceAt(since: Since, { at, nowMs }: { at: string | null; nowMs: number }): string | null {
  if (since === 'given') return at
  // The server begins where what it keeps begins.
  const fromMs = since === 'all' ? 0 : nowMs - BACK_MS[since]
  return new Date(fromMs).toISOString()
}

function timeFault(at: string | null): string | null {
  if (at === null) return words.sinceMissing
  return Date.parse(at) >= Date.now() ? words.sinceLater : null
}
