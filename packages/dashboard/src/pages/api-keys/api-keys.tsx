/** The list: which keys there are, how far each reaches, and whether anybody still uses it. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { apiKeysQuery, KEYS_MAX } from '../../api/access.ts'
import type { ApiKey } from '../../api/schema.ts'
import { useChatbot } from '../../app/chatbot-choice.tsx'
import { READ_NOW_AND_THEN } from '../../app/gone.tsx'
import { useSession } from '../../app/session.tsx'
import { useCreating } from '../../app/use-creating.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { TimeAgo } from '../../ui/time-ago.tsx'
import { CreateKeyDialog } from './create-key-dialog.tsx'
import { RevokeDialog } from './revoke-dialog.tsx'

const { columns } = texts.apiKeys

export default function ApiKeys() {
  const { kind } = useSession()
  const creating = useCreating()
  const create = (
    <Button variant="primary" icon="plus" onClick={creating.open}>
      {texts.apiKeys.create}
    </Button>
  )
  return (
    <>
      <PageHeader title={texts.apiKeys.title} description={texts.apiKeys.intro} actions={create} />
      <div className="grid gap-3">
        <List />
        {kind === 'operator' && <p className="px-1 text-sm text-soft">{texts.apiKeys.rootNote}</p>}
      </div>
      <CreateKeyDialog creating={creating} />
    </>
  )
}

function List() {
  const { chatbotId } = useChatbot()
  const { kind } = useSession()
  // An operator sees those of everything beside those of the chosen chatbot: both reach it.
  const found = useQuery({
    ...apiKeysQuery(kind === 'operator' ? null : chatbotId),
    ...READ_NOW_AND_THEN,
  })
  const isPartial = (found.data?.length ?? 0) >= KEYS_MAX
  // Of more keys than are read at once, the chosen chatbot's are read by themselves.
  const own = useQuery({ ...apiKeysQuery(chatbotId), enabled: isPartial && chatbotId !== null })
  const [revoking, setRevoking] = useState<ApiKey | null>(null)
  const all =
    found.data && new Map([...found.data, ...(own.data ?? [])].map((key) => [key.id, key]))
  const isWhole = !isPartial || chatbotId === null || own.data !== undefined
  const keys = all && isWhole ? [...all.values()].filter((key) => isOf(key, chatbotId)) : undefined
  if (own.error) return <ErrorState error={own.error} onRetry={own.refetch} />
  if (found.error) return <ErrorState error={found.error} onRetry={found.refetch} />
  return (
    <Card flush>
      {keys === undefined ? (
        <SkeletonRows />
      ) : keys.length === 0 ? (
        <EmptyState icon="key" title={texts.apiKeys.emptyTitle}>
          {texts.apiKeys.empty}
        </EmptyState>
      ) : (
        <Table
          label={texts.apiKeys.listLabel}
          rows={keys}
          rowKey={({ id }) => id}
          columns={[NAME, SCOPE, LAST_USED, CREATED, revokeColumn(setRevoking)]}
        />
      )}
      {isPartial && (
        <p className="border-t border-line px-4 py-2.5 text-sm text-soft">
          {texts.apiKeys.isPartial(KEYS_MAX)}
        </p>
      )}
      {revoking && <RevokeDialog apiKey={revoking} onClose={() => setRevoking(null)} />}
    </Card>
  )
}

function isOf(key: ApiKey, chatbotId: string | null): boolean {
  return chatbotId === null || key.chatbotId === null || key.chatbotId === chatbotId
}

const NAME: Column<ApiKey> = {
  key: 'name',
  header: columns.name,
  cell: ({ id, name }) => (
    <div className="min-w-0">
      <p className="truncate font-medium">{name}</p>
      <p className="truncate font-mono text-xs text-soft">{id}</p>
    </div>
  ),
}

const SCOPE: Column<ApiKey> = {
  key: 'scope',
  header: columns.scope,
  width: 'w-48',
  cell: ({ chatbotId }) => <Scope chatbotId={chatbotId} />,
}

function Scope({ chatbotId }: { chatbotId: string | null }) {
  const { nameOf } = useChatbot()
  if (chatbotId === null) return texts.apiKeys.operatorScope
  const name = nameOf(chatbotId)
  return (
    <Link to={`/chatbots/${chatbotId}`} className="block truncate hover:underline">
      {name}
    </Link>
  )
}

const LAST_USED: Column<ApiKey> = {
  key: 'lastUsed',
  header: columns.lastUsed,
  width: 'w-36',
  align: 'end',
  cell: ({ lastUsedAt }) => <TimeAgo at={lastUsedAt} />,
}

const CREATED: Column<ApiKey> = {
  key: 'created',
  header: columns.created,
  width: 'w-36',
  align: 'end',
  cell: ({ createdAt }) => <TimeAgo at={createdAt} />,
}

function revokeColumn(onRevoke: (key: ApiKey) => void): Column<ApiKey> {
  return {
    key: 'actions',
    header: columns.actions,
    hideHeader: true,
    bare: true,
    width: 'w-28',
    align: 'end',
    cell: (key) => (
      <Button
        size="sm"
        aria-label={texts.apiKeys.revoke.action(key.name)}
        onClick={() => onRevoke(key)}
      >
        {texts.apiKeys.revoke.short}
      </Button>
    ),
  }
}
