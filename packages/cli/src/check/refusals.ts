/** Which header an endpoint checks, and whether it refuses what it must. */
import { GUIDE_SIGNATURE_HEADER, MODERN_SIGNATURE_HEADER } from '@chatzuri/webhooks/signature'
import { leadProbe } from './events.ts'
import { advice, type Finding, fault, ok, type Report } from './finding.ts'
import type { Answer } from './post.ts'
import { answerText, type HeaderChange, isTaken, type Session } from './session.ts'
import {
  guideSignature,
  modernSignature,
  type Signed,
  signedHeaders,
  strangersSecret,
} from './signatures.ts'

export type Scheme = NonNullable<Report['checks']>

/** Well-formed, and of nothing. */
export const GUIDE_HEADER_ZERO = { [GUIDE_SIGNATURE_HEADER]: '0'.repeat(40) }
export const MODERN_HEADER_ZERO = { [MODERN_SIGNATURE_HEADER]: `v1,${'A'.repeat(43)}=` }

const NONE = { [GUIDE_SIGNATURE_HEADER]: undefined, [MODERN_SIGNATURE_HEADER]: undefined }
const REPLAY_AGE_SECONDS = 2 * 60 * 60
const VERIFY = 'Verify before anything else, and answer 400 {"message":"Signature didn\'t match"}.'

export async function findScheme(session: Session): Promise<Scheme> {
  const takes = async (change: HeaderChange) =>
    isTaken(await session.send(session.event(leadProbe()), change))
  if (await takes({ ...GUIDE_HEADER_ZERO, ...MODERN_HEADER_ZERO })) return 'nothing'
  const guide = await takes({ [MODERN_SIGNATURE_HEADER]: undefined })
  const modern = await takes({ [GUIDE_SIGNATURE_HEADER]: undefined })
  if (guide && modern) return 'either'
  if (guide) return 'guide'
  return modern ? 'modern' : 'both'
}

export async function findRefusals(session: Session, scheme: Scheme): Promise<Finding[]> {
  if (scheme === 'nothing') {
    return [
      fault(
        'wrong-signature',
        'It takes a wrong signature: it verifies nothing, or does not act on it.',
        VERIFY,
      ),
    ]
  }
  const findings: Finding[] = [
    ok(
      'wrong-signature',
      `It takes the right signature (${SCHEME_WORDS[scheme]}), and refuses a wrong one.`,
    ),
  ]
  for (const { id, name, change, mend, harmless } of trials(scheme, session)) {
    const event = session.event(leadProbe())
    const answer = await session.send(event, change(event))
    findings.push(judge({ id, name, answer, mend, harmless: harmless === true }))
  }
  return findings
}

const SCHEME_WORDS: Record<Exclude<Scheme, 'nothing'>, string> = {
  guide: 'x-chatzuri-signature',
  modern: 'webhook-signature',
  either: 'either header',
  both: 'both headers at once',
}

interface Trial {
  id: string
  name: string
  change: (event: Signed) => HeaderChange
  mend: string
  /** Taken, it lets nobody in. */
  harmless?: boolean
}

function trials(scheme: Scheme, { secret }: Session): Trial[] {
  const all: Trial[] = [
    { id: 'missing-signature', name: 'no signature at all', change: () => NONE, mend: VERIFY },
    {
      id: 'empty-signature',
      name: 'an empty signature',
      mend: VERIFY,
      change: () => ({ [GUIDE_SIGNATURE_HEADER]: '', [MODERN_SIGNATURE_HEADER]: '' }),
    },
    {
      id: 'other-secret',
      name: "another webhook's signature",
      change: (event) => signedHeaders(event, strangersSecret(secret)),
      mend: 'Is the secret part of what is hashed?',
    },
    {
      id: 'altered-body',
      name: 'the right signature of another body',
      change: (event) =>
        signedHeaders({ ...event, body: event.body.replace('Ann', 'Eve') }, secret),
      mend: 'Hash the whole body.',
    },
  ]
  if (scheme !== 'modern') all.push(...guideTrials(secret))
  if (scheme !== 'guide') all.push(...modernTrials(secret))
  return all
}

function guideTrials(secret: string): Trial[] {
  const only = (value: (right: string) => string) => (event: Signed) => ({
    [GUIDE_SIGNATURE_HEADER]: value(guideSignature(event, secret)),
    [MODERN_SIGNATURE_HEADER]: undefined,
  })
  const whole = 'Compare all 40 digits; look at the lengths first.'
  return [
    {
      id: 'truncated-signature',
      name: 'a truncated signature',
      change: only((right) => right.slice(0, 20)),
      mend: whole,
    },
    {
      id: 'lengthened-signature',
      name: 'a signature with something behind it',
      change: only((right) => `${right}zz`),
      mend: whole,
      harmless: true,
    },
    {
      id: 'upper-case-signature',
      name: 'an upper-case signature',
      change: only((right) => right.toUpperCase()),
      mend: 'We send lower case only: compare the text as it is, or leave it so.',
      harmless: true,
    },
  ]
}

function modernTrials(secret: string): Trial[] {
  const only = (change: (event: Signed) => HeaderChange) => (event: Signed) => ({
    ...change(event),
    [GUIDE_SIGNATURE_HEADER]: undefined,
  })
  return [
    {
      id: 'truncated-modern-signature',
      name: 'a truncated webhook-signature',
      change: only((event) => ({
        [MODERN_SIGNATURE_HEADER]: modernSignature(event, secret).slice(0, 20),
      })),
      mend: 'Compare all of it; look at the lengths first.',
    },
    {
      id: 'old-timestamp',
      name: 'an event signed two hours ago',
      change: only((event) => {
        const old = { ...event, timestampSeconds: event.timestampSeconds - REPLAY_AGE_SECONDS }
        return signedHeaders(old, secret)
      }),
      mend: 'Refuse a webhook-timestamp that is more than 5 minutes away: it keeps a recorded request from being played again.',
      harmless: true,
    },
  ]
}

function judge({
  id,
  name,
  answer,
  mend,
  harmless,
}: {
  id: string
  name: string
  answer: Answer
  mend: string
  harmless: boolean
}): Finding {
  if (isTaken(answer)) {
    return harmless ? advice(id, `It takes ${name}.`, mend) : fault(id, `It takes ${name}.`, mend)
  }
  if (answer.kind === 'answered' && answer.status < 500) {
    return ok(id, `It refuses ${name} (${answer.status}).`)
  }
  return advice(
    id,
    `It refuses ${name}, but it ${answerText(answer)}: it failed instead of deciding.`,
    'Look at type and length before comparing (crypto.timingSafeEqual throws on different lengths), and answer 400.',
  )
}
