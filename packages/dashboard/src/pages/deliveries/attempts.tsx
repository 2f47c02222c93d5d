import type { Attempt, DeliveryDetail } from '../../api/schema.ts'
import { formatDuration } from '../../format/format.ts'
import { texts } from '../../texts/texts.ts'
import { BodyView } from '../../ui/body-view.tsx'
import { Card } from '../../ui/card.tsx'
import { classNames } from '../../ui/class-names.ts'
import { HeadersView } from '../../ui/headers-view.tsx'
import { Icon } from '../../ui/icon.tsx'
import { ExactTime } from '../../ui/time-ago.tsx'
import { Countdown } from './countdown.tsx'

const { attempts: words, detail } = texts.deliveries

/** Bytes of an answer that are kept. */
const BODY_BYTES_KEPT = 2_048

/** From the newest back, with what comes next on top. */
export function Attempts({ delivery }: { delivery: DeliveryDetail }) {
  const { attempts, nextAttemptAt } = delivery
  const earlier = (attempts[0]?.number ?? 1) - 1
  const longestMs = Math.max(...attempts.map(({ durationMs }) => durationMs), 1)
  return (
    <Card title={words.title} weight="main">
      {attempts.length === 0 && !nextAttemptAt ? (
        <p className="text-sm text-soft">{words.none}</p>
      ) : (
        <ol aria-label={words.label} className="grid">
          {nextAttemptAt && (
            <Step isLast={attempts.length === 0} sign={<Dot tone="next" icon="clock" />}>
              <p className="pt-0.5">
                {detail.nextAttempt} <Countdown at={nextAttemptAt} />
              </p>
            </Step>
          )}
          {attempts.toReversed().map((attempt, index) => (
            <Step
              key={attempt.id}
              isLast={index === attempts.length - 1}
              sign={
                attempt.result === 'delivered' ? (
                  <Dot tone="good" icon="check" />
                ) : (
                  <Dot tone="bad" icon="cross" />
                )
              }
            >
              <AttemptText attempt={attempt} longestMs={longestMs} isNewest={index === 0} />
            </Step>
          ))}
        </ol>
      )}
      {earlier > 0 && <p className="text-sm text-soft">{words.earlier(earlier)}</p>}
    </Card>
  )
}

interface StepProps {
  sign: React.ReactNode
  isLast: boolean
  children: React.ReactNode
}

/** A line leads from each sign to the one before it in time. */
function Step({ sign, isLast, children }: StepProps) {
  return (
    <li className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3">
      <div className="flex flex-col items-center">
        {sign}
        {!isLast && <span aria-hidden="true" className="my-1 w-px flex-1 bg-line" />}
      </div>
      <div className={classNames('min-w-0', !isLast && 'pb-3')}>{children}</div>
    </li>
  )
}

const DOTS = {
  next: 'bg-accent-wash text-accent',
  good: 'bg-good-wash text-good',
  bad: 'bg-bad-wash text-bad',
}

function Dot({ tone, icon }: { tone: keyof typeof DOTS; icon: 'clock' | 'check' | 'cross' }) {
  return (
    <span className={classNames('grid size-6 place-items-center rounded-full', DOTS[tone])}>
      <Icon name={icon} size="sm" />
    </span>
  )
}

interface AttemptTextProps {
  attempt: Attempt
  longestMs: number
  isNewest: boolean
}

function AttemptText({ attempt, longestMs, isNewest }: AttemptTextProps) {
  const { number, startedAt, durationMs, result, status, error, note } = attempt
  return (
    <div className="grid gap-1 text-sm">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <p className="text-base">
          <span className="font-medium">{words.number(number)}</span>
          <span className="text-soft"> · {texts.states.attempt[result]} · </span>
          {status === null ? words.noAnswer : words.answered(status)}
        </p>
        <span className="text-soft">
          <ExactTime at={startedAt} />
        </span>
      </div>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-0.5">
        {error && <p className="min-w-0 text-bad [overflow-wrap:anywhere]">{error}</p>}
        <div className="flex min-w-40 max-w-56 flex-1 items-center gap-2.5 text-soft">
          <div aria-hidden="true" className="h-1 flex-1 overflow-hidden rounded-full bg-line">
            <div
              className={classNames(
                'h-full rounded-full',
                result === 'delivered' ? 'bg-good' : 'bg-bad',
              )}
              style={{ width: `${Math.max((durationMs / longestMs) * 100, 2)}%` }}
            />
          </div>
          <span className="tabular">{words.took(formatDuration(durationMs))}</span>
        </div>
      </div>
      {note && (
        <p className={note === 'acknowledged' ? 'text-soft' : 'text-warn'}>{words.notes[note]}</p>
      )}
      {status !== null && <Answer attempt={attempt} isOpen={isNewest && result === 'failed'} />}
    </div>
  )
}

function Answer({ attempt, isOpen }: { attempt: Attempt; isOpen: boolean }) {
  const { responseBody, responseHeaders } = attempt
  return (
    <details open={isOpen}>
      <summary className="text-soft hover:text-ink">{words.answer}</summary>
      <div className="mt-1.5 grid gap-2">
        {responseBody === '' ? (
          <p className="text-soft">{words.noBody}</p>
        ) : (
          <BodyView body={responseBody} label={bodyLabel(responseBody)} />
        )}
        <HeadersView headers={responseHeaders} label={words.headers} />
      </div>
    </details>
  )
}

function bodyLabel(body: string): string {
  const isCut = new TextEncoder().encode(body).length >= BODY_BYTES_KEPT
  return isCut ? `${words.body}. ${words.cutBody}` : words.body
}
