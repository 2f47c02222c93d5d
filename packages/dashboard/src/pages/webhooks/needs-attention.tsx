/** What somebody has to do something about: what was given up, and what keeps deliveries from arriving, with its cure. */
import { type ComponentProps, useState } from 'react'
import { Link } from 'react-router'
import type { ErrorGroup, Webhook, WebhookHealthDetail } from '../../api/schema.ts'
import { texts } from '../../texts/texts.ts'
import { Card } from '../../ui/card.tsx'
import { TimeAgo } from '../../ui/time-ago.tsx'
import { CureText } from './cure-notice.tsx'
import { countText } from './health-figures.tsx'
import { RecoverProgress } from './recover-progress.tsx'
import { ResendButton } from './resend-button.tsx'
import { SetAsideButton } from './set-aside-button.tsx'

const { attention: words } = texts.webhooks

interface NeedsAttentionProps {
  webhook: Webhook
  health: WebhookHealthDetail
}

export function NeedsAttention({ webhook, health }: NeedsAttentionProps) {
  const [recoveryId, setRecoveryId] = useState<string | null>(null)
  const { givenUp, errors, moreErrors } = health
  const isLastTold = isToldByGroups(webhook, health)
  const isNone = !wantsSomebody(webhook, health)
  return (
    <Card
      title={words.title}
      // Of all there is: the server has counted, and looked for failures by their indexes.
      description={isNone && (moreErrors ? words.noneSeen : words.none)}
      weight={isNone ? 'quiet' : 'main'}
      flush
    >
      {!isNone && (
        <div className="divide-y divide-line">
          {givenUp.count > 0 && (
            <GivenUp webhook={webhook} givenUp={givenUp} onStarted={setRecoveryId} />
          )}
          {!isLastTold && <Last webhook={webhook} />}
          {errors.length > 0 && (
            <ul aria-label={words.errors} className="divide-y divide-line">
              {errors.map((group) => (
                <Group
                  key={`${group.status} ${group.error}`}
                  webhook={webhook}
                  group={group}
                  givenUp={givenUp}
                  onStarted={setRecoveryId}
                />
              ))}
            </ul>
          )}
          {moreErrors && <p className="px-4 py-2.5 text-sm text-soft">{words.more}</p>}
        </div>
      )}
      {recoveryId !== null && (
        <RecoverProgress
          webhook={webhook}
          recoveryId={recoveryId}
          open
          onOpenChange={() => setRecoveryId(null)}
        />
      )}
    </Card>
  )
}

export function wantsSomebody(webhook: Webhook, health: WebhookHealthDetail): boolean {
  const { givenUp, errors } = health
  return givenUp.count > 0 || errors.length > 0 || !isToldByGroups(webhook, health)
}

function isToldByGroups(webhook: Webhook, { errors }: WebhookHealthDetail): boolean {
  return !hasLast(webhook) || errors.some((group) => isOfLast(group, webhook))
}

const ROW = 'flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-2.5'

interface PartProps {
  webhook: Webhook
  givenUp: WebhookHealthDetail['givenUp']
  onStarted(recoveryId: string | null): void
}

function GivenUp({ webhook, givenUp, onStarted }: PartProps) {
  const { count, more, oldestAt, newestAt } = givenUp
  const shown = countText(count, more)
  if (oldestAt === null || newestAt === null) return null
  return (
    <div className={ROW}>
      <div className="min-w-0">
        <Link
          to={`/deliveries?webhookId=${webhook.id}&givenUp=true`}
          className="font-medium text-bad hover:underline"
        >
          {words.givenUp(shown, count)}
        </Link>
        <p className="text-sm text-soft">
          {words.first} <TimeAgo at={oldestAt} />, {words.last} <TimeAgo at={newestAt} />.{' '}
          {words.givenUpNext}
        </p>
      </div>
      <div className="flex flex-wrap gap-2">
        <ResendButton
          webhookId={webhook.id}
          recovery={{ since: oldestAt }}
          label={words.resend(shown)}
          size="md"
          onStarted={onStarted}
        />
        <SetAsideButton webhook={webhook} shown={shown} newestAt={newestAt} />
      </div>
    </div>
  )
}

/** Its last attempt failed, or leaves a doubt. */
function hasLast({ health, cure }: Webhook): boolean {
  return health.failingSince !== null || cure !== null
}

function isOfLast(group: ErrorGroup, { health, cure }: Webhook): boolean {
  if (health.failingSince === null) return false
  return group.error === health.lastFailure || (cure !== null && group.cure?.code === cure.code)
}

/** Where no group of deliveries tells it: they were set aside, or it is no failure but a doubt. */
function Last({ webhook }: { webhook: Webhook }) {
  const { id, health, cure } = webhook
  const isFailure = health.failingSince !== null
  return (
    <div className={ROW}>
      <div className="min-w-0">
        <p className="font-medium [overflow-wrap:anywhere]">
          {isFailure ? health.lastFailure : <span className="text-warn">{words.doubt}</span>}
        </p>
        <p className="text-sm text-soft">
          {isFailure ? words.lastFailure : words.lastAnswer}{' '}
          <TimeAgo at={isFailure ? health.lastFailureAt : health.lastSuccessAt} />
        </p>
        {cure && <CureLine cure={cure} webhookId={id} />}
      </div>
    </div>
  )
}

function CureLine(props: ComponentProps<typeof CureText>) {
  return (
    <div className="mt-1.5 text-sm">
      <CureText {...props} />
    </div>
  )
}

function Group({ webhook, group, givenUp, onStarted }: PartProps & { group: ErrorGroup }) {
  const { status, error, count, firstAt, lastAt, deliveryId } = group
  const failure = status === null ? { error } : { status }
  return (
    <li className={ROW}>
      <div className="min-w-0 flex-1 basis-72">
        <p className="[overflow-wrap:anywhere]">
          <span className="font-medium tabular">{words.group(status, count)}</span>{' '}
          <Link to={`/deliveries/${deliveryId}`} className="text-soft hover:underline">
            {error}
          </Link>
        </p>
        <p className="text-sm text-soft tabular">
          {words.since} <TimeAgo at={firstAt} />, {words.last} <TimeAgo at={lastAt} />{' '}
          <Parts webhookId={webhook.id} group={group} />
        </p>
        {group.cure && <CureLine cure={group.cure} webhookId={webhook.id} />}
      </div>
      {group.givenUp > 0 && givenUp.oldestAt !== null && (
        <ResendButton
          webhookId={webhook.id}
          recovery={{ since: givenUp.oldestAt, ...failure }}
          label={words.resendThese}
          size="sm"
          onStarted={onStarted}
        />
      )}
    </li>
  )
}

/** Each count leads to the list of what it counts. */
function Parts({ webhookId, group }: { webhookId: string; group: ErrorGroup }) {
  const { status, error, givenUp, retrying, onHold } = group
  const failure: Record<string, string> = status === null ? { error } : { status: String(status) }
  const parts = [
    { count: givenUp, label: words.partGivenUp(givenUp), filter: { givenUp: 'true' } },
    { count: retrying, label: words.partRetrying(retrying), filter: { state: 'pending' } },
    { count: onHold, label: words.partOnHold(onHold), filter: { state: 'parked' } },
  ]
  return parts
    .filter(({ count }) => count > 0)
    .map(({ label, filter }) => (
      <span key={label}>
        {'· '}
        <Link
          to={`/deliveries?${new URLSearchParams({ webhookId, ...filter, ...failure })}`}
          className="underline hover:text-ink"
        >
          {label}
        </Link>{' '}
      </span>
    ))
}
