/** What one does with the deliveries that are ticked, or with all that match the filters. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { countManyQuery, type ManyAction, startMany } from '../../api/bulk.ts'
import { createOnce } from '../../api/once.ts'
import type { ChosenDeliveries, Delivery } from '../../api/schema.ts'
import { texts } from '../../texts/texts.ts'
import { followBulk } from '../../ui/bulk-lines.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { CountedDialog } from '../../ui/counted-dialog.tsx'
import type { Selection } from '../../ui/use-selection.ts'

const { many: words } = texts.deliveries
type State = Delivery['state']

/** As the server does it: a parked one goes by itself when its webhook is resumed. */
const ALLOWED: Record<ManyAction, readonly State[]> = {
  resend: ['exhausted', 'delivered', 'cancelled', 'pending'],
  cancel: ['pending', 'parked'],
}
/** Where the filters name no state. */
const USUAL: Record<ManyAction, readonly State[]> = {
  resend: ['exhausted'],
  cancel: ['pending', 'parked'],
}

/** The list's filters as they stand in the address, by their names. */
export type ListFilter = Readonly<Record<string, string | null>>

interface ManyDeliveriesProps {
  selection: Selection<Delivery>
  /** Null: none is set, or one that can only be looked at. */
  filter: ListFilter | null
}

/** Below the list, in sight while one scrolls: nothing moves when it comes. */
export function ManyDeliveries({ selection, filter }: ManyDeliveriesProps) {
  const [isAll, setIsAll] = useState(false)
  const [asked, setAsked] = useState<ManyAction | null>(null)
  const { rows } = selection
  if (rows.length === 0) return null
  const ofFilter = isAll ? filter : null
  const clear = () => {
    setIsAll(false)
    selection.clear()
  }
  return (
    <section
      aria-label={words.label}
      className="sticky bottom-3 z-20 mt-3 flex flex-wrap items-center gap-2 rounded-card border border-line bg-raised px-4 py-2.5 shadow-float"
    >
      <p role="status" className="mr-auto text-sm font-medium tabular">
        {ofFilter ? words.all : words.selected(rows.length)}
      </p>
      {filter && !isAll && (
        <Button size="sm" variant="quiet" onClick={() => setIsAll(true)}>
          {words.allMatching}
        </Button>
      )}
      <Button size="sm" icon="ban" onClick={() => setAsked('cancel')}>
        {words.cancel}
      </Button>
      <Button size="sm" icon="refresh" onClick={() => setAsked('resend')}>
        {words.resend}
      </Button>
      <IconButton icon="cross" label={words.clear} onClick={clear} />
      {asked && (
        <Question
          key={asked}
          action={asked}
          rows={rows}
          filter={ofFilter}
          onClose={() => setAsked(null)}
          onStarted={clear}
        />
      )}
    </section>
  )
}

interface QuestionProps {
  action: ManyAction
  rows: readonly Delivery[]
  filter: ListFilter | null
  onClose(): void
  onStarted(): void
}

function Question({ action, rows, filter, onClose, onStarted }: QuestionProps) {
  const client = useQueryClient()
  const [once] = useState(createOnce)
  // As it was when it was asked: the rows go on changing behind the question.
  const [chosen] = useState(() => (filter ? ofFilter(action, filter) : ofRows(action, rows)))
  const counted = useQuery({
    ...countManyQuery(action, chosen ?? {}),
    ...(chosen === null && { initialData: NOTHING, enabled: false }),
    refetchOnWindowFocus: false,
  })
  const start = async () => {
    if (chosen === null) return
    const { recoveryId } = await startMany(action, chosen, once([action, chosen]))
    if (recoveryId !== null) followBulk(recoveryId)
    onStarted()
    await client.invalidateQueries({ queryKey: ['deliveries'] })
  }
  const isResend = action === 'resend'
  const none = isResend ? words.noneToResend : words.noneToCancel
  const will = isResend ? words.willResend : words.willCancel
  const leftOut = filter ? 0 : rows.length - (chosen?.ids?.length ?? 0)
  const again = filter || !isResend ? 0 : rows.filter(({ state }) => state === 'delivered').length
  return (
    <CountedDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={isResend ? words.resendTitle : words.cancelTitle}
      counted={counted}
      sentence={(amount, more) => (amount === 0 ? none : will(amount, more))}
      confirmLabel={isResend ? words.confirmResend : words.confirmCancel}
      icon={isResend ? 'refresh' : 'ban'}
      onConfirm={start}
    >
      {again > 0 && <p>{words.again(again)}</p>}
      {leftOut > 0 && <p>{words.notNow(leftOut)}</p>}
      {filter && isResend && !filter.state && <p>{words.onlyExhausted}</p>}
      {filter && !isResend && <p>{words.onlyWaiting}</p>}
      <p>{isResend ? words.nobodyTwice : words.canResend}</p>
      <p>{words.skips}</p>
    </CountedDialog>
  )
}

const NOTHING = { recoveryId: null, count: 0, more: false }

/** Null: none of them is in a state that allows it. */
function ofRows(action: ManyAction, rows: readonly Delivery[]): ChosenDeliveries | null {
  const ids = rows.filter(({ state }) => ALLOWED[action].includes(state)).map(({ id }) => id)
  return ids.length === 0 ? null : { ids }
}

function ofFilter(action: ManyAction, filter: ListFilter): ChosenDeliveries | null {
  const { state: named, ...others } = filter
  const states = named
    ? ALLOWED[action].filter((state) => named.split(',').includes(state))
    : [...USUAL[action]]
  if (states.length === 0) return null
  const given = Object.entries(others).filter(([, value]) => value)
  return { ...Object.fromEntries(given), state: states }
}
