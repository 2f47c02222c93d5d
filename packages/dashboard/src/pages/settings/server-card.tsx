import { useQuery } from '@tanstack/react-query'
import { readinessQuery, serverQuery } from '../../api/server.ts'
import { useSession } from '../../app/session.tsx'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'

const words = texts.settings

export function ServerCard() {
  const server = useQuery(serverQuery)
  const readiness = useQuery(readinessQuery)
  const { kind } = useSession()
  // Only an operator can mend it.
  const isElsewhere =
    kind === 'operator' && server.data && new URL(server.data.publicUrl).origin !== location.origin
  return (
    <Card
      title={words.server}
      weight="main"
      actions={
        <Button
          size="sm"
          icon="refresh"
          busy={readiness.isFetching}
          onClick={() => void readiness.refetch()}
        >
          {words.askAgain}
        </Button>
      }
    >
      {server.error ? (
        <ErrorState error={server.error} onRetry={server.refetch} />
      ) : server.data ? (
        <div className="grid gap-4">
          <Facts>
            <Fact name={words.health}>
              <Health why={readiness.data} />
            </Fact>
            <Fact name={words.version}>{server.data.version}</Fact>
            <Fact name={words.publicUrl}>
              {server.data.publicUrl}
              <p className="text-soft">
                {words.publicUrlHint} {kind === 'operator' && words.publicUrlSetting}
              </p>
            </Fact>
          </Facts>
          {isElsewhere && <Notice tone="warn">{words.elsewhere(location.origin)}</Notice>}
        </div>
      ) : (
        <Skeleton className="h-24" />
      )}
    </Card>
  )
}

/** Undefined: not known yet; null: nothing is wrong. */
function Health({ why }: { why: string | null | undefined }) {
  if (why === undefined) return <span className="text-soft">{words.asking}</span>
  if (why === null) return <StatusBadge tone="good" icon="check" label={words.healthy} />
  return <span className="text-bad">{words.unhealthy(why)}</span>
}
