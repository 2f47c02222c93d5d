import { useQuery, useQueryClient } from '@tanstack/react-query'
import { eventQuery } from '../../api/events.ts'
import { eraseLead, leadQuery } from '../../api/leads.ts'
import type { Delivery, Lead } from '../../api/schema.ts'
import { texts } from '../../texts/texts.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { useToasts } from '../../ui/toasts.tsx'

const { erase } = texts.leads
const WAITING: readonly Delivery['state'][] = ['pending', 'parked']

interface EraseDialogProps {
  lead: Lead
  open: boolean
  onOpenChange(open: boolean): void
}

/** Says what goes, what is cancelled, and what nobody here can take back. */
export function EraseDialog({ lead, open, onOpenChange }: EraseDialogProps) {
  const client = useQueryClient()
  const { showToast } = useToasts()
  const { data: event } = useQuery({ ...eventQuery(lead.eventId), enabled: open })
  const deliveries = event?.deliveries ?? []
  const waiting = deliveries.filter(({ state }) => WAITING.includes(state)).length
  const delivered = deliveries.filter(({ state }) => state === 'delivered').length
  const confirm = async () => {
    await eraseLead(lead.id)
    showToast({ tone: 'good', message: erase.done })
    // What this page still knows of the person goes too; asked again, it learns that there is none.
    const nobody = { customerName: '', customerEmail: '', customerPhone: '' }
    client.setQueryData(leadQuery(lead.id).queryKey, { ...lead, ...nobody })
    for (const root of ['leads', 'events', 'deliveries']) {
      client.removeQueries({ queryKey: [root], type: 'inactive' })
    }
    await client.invalidateQueries({ queryKey: ['leads'] })
    void client.invalidateQueries({ queryKey: ['events'] })
  }
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={erase.title}
      confirmLabel={erase.confirm}
      danger
      onConfirm={confirm}
    >
      <p>{erase.gone}</p>
      <List items={erase.goneItems} />
      {waiting > 0 && <p>{erase.waiting(waiting)}</p>}
      <p>{erase.stays}</p>
      <List
        items={delivered > 0 ? [erase.delivered(delivered), ...erase.stayItems] : erase.stayItems}
      />
    </ConfirmDialog>
  )
}

function List({ items }: { items: readonly string[] }) {
  return (
    <ul className="grid list-disc gap-0.5 pl-5">
      {items.map((item) => (
        <li key={item}>{item}</li>
      ))}
    </ul>
  )
}
