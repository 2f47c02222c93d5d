import { useQueryClient } from '@tanstack/react-query'
import { deleteApiKey } from '../../api/access.ts'
import type { ApiKey } from '../../api/schema.ts'
import { texts } from '../../texts/texts.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { TimeAgo } from '../../ui/time-ago.tsx'
import { useToasts } from '../../ui/toasts.tsx'

const { revoke } = texts.apiKeys

/** Says when it was last used: what still uses it stops. */
export function RevokeDialog({ apiKey, onClose }: { apiKey: ApiKey; onClose(): void }) {
  const { id, name, lastUsedAt } = apiKey
  const client = useQueryClient()
  const { showToast } = useToasts()
  const confirm = async () => {
    await deleteApiKey(id)
    showToast({ tone: 'good', message: revoke.revoked(name) })
    await client.invalidateQueries({ queryKey: ['api-keys'] })
  }
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={revoke.title}
      confirmLabel={revoke.confirm}
      danger
      onConfirm={confirm}
    >
      <p>{revoke.body(name)}</p>
      <p>
        {lastUsedAt === null ? (
          revoke.unused
        ) : (
          <>
            {revoke.used} <TimeAgo at={lastUsedAt} />.
          </>
        )}
      </p>
    </ConfirmDialog>
  )
}
