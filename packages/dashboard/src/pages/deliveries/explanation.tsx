import type { DeliveryDetail } from '../../api/schema.ts'
import { deliveryWords } from '../../format/delivery-words.ts'
import { Notice, type NoticeProps } from '../../ui/notice.tsx'
import { Countdown } from './countdown.tsx'

const TONES: Record<ReturnType<typeof deliveryWords>['tone'], NoticeProps['tone']> = {
  good: 'good',
  bad: 'bad',
  warn: 'warn',
  accent: 'info',
  plain: 'info',
}

/** The end of the server's sentence about what waits; how long was true when it was asked. */
const WAITS = /^(.*\bcomes )in \d[\d.]* [a-z]+\.$/s

/** The server's own sentence. A time in it goes on: what stands still would soon be wrong. */
export function Explanation({ delivery }: { delivery: DeliveryDetail }) {
  const { explanation, nextAttemptAt } = delivery
  const before = nextAttemptAt === null ? null : WAITS.exec(explanation)?.[1]
  return (
    <Notice tone={tone(delivery)}>
      <p className="text-base">
        {before && nextAttemptAt ? (
          <>
            {before}
            <Countdown at={nextAttemptAt} />.
          </>
        ) : (
          explanation
        )}
      </p>
    </Notice>
  )
}

/** Taken, but the answer says otherwise: neither good nor bad. */
function tone(delivery: DeliveryDetail): NoticeProps['tone'] {
  const { state, attempts } = delivery
  const note = attempts.at(-1)?.note
  const isDoubtful = note !== null && note !== undefined && note !== 'acknowledged'
  return state === 'delivered' && isDoubtful ? 'warn' : TONES[deliveryWords(delivery, 0).tone]
}
