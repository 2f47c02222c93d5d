/** Can a recorded request be made worth something again, by taking off or spoiling the headers that age? */
import { ID_HEADER, MODERN_SIGNATURE_HEADER, TIMESTAMP_HEADER } from '@chatzuri/webhooks/signature'
import { leadProbe } from './events.ts'
import type { Scheme } from './finding.ts'
import { type Finding, fault, ok } from './finding.ts'
import { type HeaderChange, isTaken, type Session } from './session.ts'
import { MODERN_HEADER_ZERO } from './zero.ts'

const RECORDED_AGE_SECONDS = 30 * 24 * 60 * 60

/** The guide's header stays as it was: right. */
const DOWNGRADES: { name: string; change: HeaderChange }[] = [
  {
    name: 'without the three webhook- headers',
    change: {
      [MODERN_SIGNATURE_HEADER]: undefined,
      [ID_HEADER]: undefined,
      [TIMESTAMP_HEADER]: undefined,
    },
  },
  { name: 'without webhook-signature', change: { [MODERN_SIGNATURE_HEADER]: undefined } },
  { name: 'with an empty webhook-signature', change: { [MODERN_SIGNATURE_HEADER]: '' } },
  {
    name: 'with a webhook-signature of a version v2',
    change: { [MODERN_SIGNATURE_HEADER]: 'v2,' },
  },
  { name: 'with a wrong webhook-signature', change: MODERN_HEADER_ZERO },
  { name: 'without webhook-id', change: { [ID_HEADER]: undefined } },
  { name: 'without webhook-timestamp', change: { [TIMESTAMP_HEADER]: undefined } },
  { name: 'with a webhook-timestamp that is no time', change: { [TIMESTAMP_HEADER]: 'then' } },
]

export async function findDowngrade(session: Session, scheme: Scheme): Promise<Finding[]> {
  if (scheme === 'nothing') return []
  if (scheme === 'guide') {
    return [
      ok(
        'downgrade',
        'It checks x-chatzuri-signature alone, as the guide shows. Note that this header signs no time: who has recorded a request can send it again. webhook-signature signs one.',
      ),
    ]
  }
  for (const { name, change } of DOWNGRADES) {
    const event = session.event(leadProbe())
    const recorded = { ...event, timestampSeconds: event.timestampSeconds - RECORDED_AGE_SECONDS }
    if (!isTaken(await session.send(recorded, change))) continue
    return [
      fault(
        'downgrade',
        `It takes a request of last month ${name}, by x-chatzuri-signature: whoever recorded one can send it again for ever.`,
        "We always send both: insist on webhook-signature, and refuse what lacks it (with our package: require: 'modern', its default).",
      ),
    ]
  }
  return [
    ok('downgrade', 'It refuses a request of last month that has only x-chatzuri-signature left.'),
  ]
}
