/**
 * What is done with many at once, a line for each: what was started here stays until one puts it away,
 * what another browser or a colleague started is shown while it runs.
 */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { ApiFailure } from '../api/api-failure.ts'
import { bulkQuery, runningBulksQuery, stopBulk } from '../api/bulk.ts'
import type { BulkAction } from '../api/schema.ts'
import { texts } from '../texts/texts.ts'
import { Button } from './button.tsx'
import { ErrorState } from './error-state.tsx'
import { ProgressBar } from './progress-bar.tsx'

const { bulk: words } = texts.ui
/** Ids, the last one first, with a comma between: they outlive a page that is closed or loaded anew. */
const STORED = 'bulk-actions'
const listeners = new Set<() => void>()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  window.addEventListener('storage', listener)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('storage', listener)
  }
}

const readStored = () => localStorage.getItem(STORED) ?? ''
const idsIn = (stored: string) => stored.split(',').filter((id) => id !== '')

function store(ids: readonly string[]): void {
  localStorage.setItem(STORED, ids.join(','))
  for (const listener of listeners) listener()
}

/** From now on it is followed on every page that shows `BulkLines`. */
export function followBulk(id: string): void {
  store([id, ...idsIn(readStored()).filter((each) => each !== id)])
}

function forget(id: string): void {
  store(idsIn(readStored()).filter((each) => each !== id))
}

interface BulkLinesProps {
  /** Of others, what is of this one, or of all chatbots; null: whatever it is of. */
  chatbotId: string | null
  /** And, of others, only what is sent to this one. */
  webhookId?: string
}

export function BulkLines({ chatbotId, webhookId }: BulkLinesProps) {
  const ours = idsIn(useSyncExternalStore(subscribe, readStored))
  const { data: running } = useQuery(runningBulksQuery)
  const others = (running?.data ?? []).filter(
    ({ id, ...of }) =>
      !ours.includes(id) &&
      (chatbotId === null || of.chatbotId === null || of.chatbotId === chatbotId) &&
      (webhookId === undefined || of.webhookId === webhookId),
  )
  const ids = [...ours, ...others.map(({ id }) => id)]
  if (ids.length === 0) return null
  return (
    <ul aria-label={words.running} className="mb-4 grid gap-2">
      {ids.map((id) => (
        <BulkLine key={id} id={id} />
      ))}
    </ul>
  )
}

function BulkLine({ id }: { id: string }) {
  const client = useQueryClient()
  const { data, error, refetch } = useQuery(bulkQuery(id))
  const stopping = useMutation({
    mutationFn: () => stopBulk(id),
    onSuccess: (action) => {
      client.setQueryData(bulkQuery(id).queryKey, action)
      // Whoever stopped it is told what became of it.
      followBulk(id)
    },
  })
  // Of somebody who was signed in here before, or past its time: it is nobody's any more.
  const isGone = error instanceof ApiFailure && error.statusCode === 404
  useEffect(() => {
    if (isGone) forget(id)
  }, [id, isGone])
  const isOver = data?.finishedAt != null
  return (
    <li className="grid min-h-14 gap-2 rounded-control border border-line bg-surface px-3.5 py-2.5">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <p role="status" className="min-w-0 flex-1 text-sm font-medium tabular">
          {data ? sentence(data) : texts.ui.loading}
        </p>
        {isOver ? (
          <Button size="sm" onClick={() => forget(id)}>
            {texts.ui.close}
          </Button>
        ) : (
          <Button size="sm" busy={stopping.isPending} onClick={() => stopping.mutate()}>
            {words.stop}
          </Button>
        )}
      </div>
      {!isOver && (
        <ProgressBar label={words.progress} done={lookedAt(data)} total={data?.total || 1} />
      )}
      {error && !isGone && <ErrorState error={error} onRetry={refetch} />}
      {stopping.error && <ErrorState error={stopping.error} />}
    </li>
  )
}

function lookedAt(action: BulkAction | undefined): number {
  return action ? Math.min(action.done + action.skipped, action.total) : 0
}

function sentence(action: BulkAction): string {
  const { action: what, done, skipped, total, more, finishedAt, stopped } = action
  if (finishedAt === null) return words.going[what](lookedAt(action), total, more)
  return [words.done[what](done), skipped > 0 && words.skipped(skipped), stopped && words.stopped]
    .filter((part) => part !== false)
    .join(' ')
}
