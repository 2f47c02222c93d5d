import type { Delivery, Webhook } from '../api/schema.ts'
import { deliveryWords } from '../format/delivery-words.ts'
import { useSeconds } from '../format/use-now.ts'
import { texts } from '../texts/texts.ts'
import { classNames } from './class-names.ts'
import { Icon, type IconName } from './icon.tsx'

type Tone = 'good' | 'bad' | 'warn' | 'accent' | 'plain'

const TONES: Record<Tone, string> = {
  good: 'bg-good-wash text-good',
  bad: 'bg-bad-wash text-bad',
  warn: 'bg-warn-wash text-warn',
  accent: 'bg-accent-wash text-accent',
  plain: 'bg-sunken text-soft',
}

/** A state: a word and a sign, and a color for those who see it. */
export function StatusBadge({ tone, icon, label }: { tone: Tone; icon: IconName; label: string }) {
  return (
    <span
      className={classNames(
        'inline-flex items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap',
        TONES[tone],
      )}
    >
      <Icon name={icon} size="sm" />
      {label}
    </span>
  )
}

/** In an owner's word. `detailed`: with how far it has come, second by second. */
export function DeliveryBadge({
  delivery,
  detailed = false,
}: {
  delivery: Delivery
  detailed?: boolean
}) {
  const { tone, icon, label } = deliveryWords(delivery, 0)
  const badge = <StatusBadge tone={tone} icon={icon} label={label} />
  if (!detailed || delivery.state !== 'pending') return badge
  return (
    <span className="flex flex-wrap items-center gap-x-1 gap-y-0.5">
      {badge}
      <Progress delivery={delivery} />
    </span>
  )
}

function Progress({ delivery }: { delivery: Delivery }) {
  const { detail } = deliveryWords(delivery, useSeconds())
  return (
    detail && <span className="px-1 text-xs whitespace-nowrap text-soft tabular">{detail}</span>
  )
}

type WebhookCondition = Webhook['state'] | 'failing' | 'resting' | 'doubtful'
type Conditioned = Pick<Webhook, 'state' | 'health' | 'restingUntil' | 'cure'>

const WEBHOOK_LOOKS: Record<WebhookCondition, { tone: Tone; icon: IconName }> = {
  active: { tone: 'good', icon: 'check' },
  doubtful: { tone: 'warn', icon: 'warning' },
  failing: { tone: 'bad', icon: 'warning' },
  resting: { tone: 'warn', icon: 'clock' },
  paused: { tone: 'warn', icon: 'pause' },
  disabled: { tone: 'bad', icon: 'ban' },
  away: { tone: 'plain', icon: 'parked' },
}

export function WebhookBadge({ webhook }: { webhook: Conditioned }) {
  const condition = webhookCondition(webhook)
  return <StatusBadge {...WEBHOOK_LOOKS[condition]} label={texts.states.webhook[condition]} />
}

/**
 * Those that are no states of the API's are active, but nothing is sent, or it failed, or what took it
 * seems to be nobody who takes events.
 */
export function webhookCondition(webhook: Conditioned): WebhookCondition {
  const { state, health, restingUntil, cure } = webhook
  if (state !== 'active') return state
  if (restingUntil !== null) return 'resting'
  if (health.failingSince !== null) return 'failing'
  return cure === null ? 'active' : 'doubtful'
}
