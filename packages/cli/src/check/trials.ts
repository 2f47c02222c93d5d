/** Wrong signatures, each wrong in its own way: who takes one lets a stranger in. */
import { createHmac } from 'node:crypto'
import {
  GUIDE_SIGNATURE_HEADER,
  MODERN_SIGNATURE_HEADER,
  modernContent,
} from '@chatzuri/webhooks/signature'
import {
  leadProbe,
  longestProbe,
  type Probe,
  richestProbe,
  sparseProbe,
  unknownProbe,
} from './events.ts'
import type { Scheme } from './finding.ts'
import type { HeaderChange, Session } from './session.ts'
import {
  guideDigest,
  guideSignature,
  modernSignature,
  type Signed,
  signedHeaders,
  strangersSecret,
} from './signatures.ts'

export interface Trial {
  id: string
  /** Follows 'It takes'. */
  name: string
  /** Each is sent, until one is taken. Made when it is sent: an event is signed now. */
  variants: ((session: Session) => Sent | Promise<Sent>)[]
  mend: string
  /** Taken, it lets nobody in. */
  harmless?: boolean
  /** What else may be the cause, as a sentence. */
  perhaps?: string
}

interface Sent {
  event: Signed
  change: HeaderChange
}

const NONE = { [GUIDE_SIGNATURE_HEADER]: undefined, [MODERN_SIGNATURE_HEADER]: undefined }
const REPLAY_AGE_SECONDS = 2 * 60 * 60
export const VERIFY =
  'Verify before anything else, and answer 400 {"message":"Signature didn\'t match"}.'
const WHOLE = 'Compare all of its digits; look at the lengths first.'
const WHOLE_MODERN = 'Compare all of it; look at the lengths first.'
const BEFORE =
  'It may be that it answers so before it verifies, and does nothing with the event; from here that does not show.'

/** Of a lead, unless another probe is given. */
function lead(change: (event: Signed, secret: string) => HeaderChange, probe?: Probe) {
  return (session: Session): Sent => {
    const event = session.event(probe ?? leadProbe())
    return { event, change: change(event, session.secret) }
  }
}

const byStranger = (event: Signed, secret: string) => signedHeaders(event, strangersSecret(secret))

export function trials(scheme: Scheme): Trial[] {
  const all = [...plainTrials(), ...shortcutTrials()]
  if (scheme !== 'modern') all.push(...guideTrials(scheme))
  if (scheme !== 'guide') all.push(...modernTrials(scheme))
  return all
}

function plainTrials(): Trial[] {
  return [
    {
      id: 'missing-signature',
      name: 'no signature at all',
      variants: [lead(() => NONE)],
      mend: VERIFY,
    },
    {
      id: 'empty-signature',
      name: 'an empty signature',
      variants: [lead(() => ({ [GUIDE_SIGNATURE_HEADER]: '', [MODERN_SIGNATURE_HEADER]: '' }))],
      mend: VERIFY,
    },
    {
      id: 'other-secret',
      name: "another webhook's signature",
      variants: [lead(byStranger)],
      mend: 'Is the secret part of what is hashed?',
    },
    {
      id: 'empty-secret',
      name: 'a signature made with a secret that is not set',
      variants: ['', 'undefined', 'null', 'None'].map((key) =>
        lead((event) => madeWith(key, event)),
      ),
      mend: 'Refuse what you have no secret for, and stop at start when it is not set.',
    },
    {
      id: 'altered-body',
      name: 'the right signature of another body',
      variants: [
        altered(leadProbe(), (body) => body.replace('Ann', 'Eve')),
        altered(leadProbe(), (body) => body.replace('lead.submit', 'lead.delete')),
        altered(leadProbe(), (body) => body.replace('bot_01h4', 'bot_01h5')),
        altered(longestProbe(leadProbe()), (body) => body.replace('xx"', 'yy"')),
      ],
      mend: 'Hash the whole body.',
    },
  ]
}

/** Whatever the secret is: with a key that anyone can guess. */
function madeWith(key: string, event: Signed): HeaderChange {
  const content = modernContent(event.id, event.timestampSeconds, event.body)
  const digest = createHmac('sha256', key).update(content).digest('base64')
  return {
    [GUIDE_SIGNATURE_HEADER]: guideDigest(event.format, key, event.body),
    [MODERN_SIGNATURE_HEADER]: `v1,${digest}`,
  }
}

/** The headers are right for the body that it was before. */
function altered(probe: Probe, change: (body: string) => string): Trial['variants'][number] {
  return (session) => {
    const event = session.event(probe)
    const sent = { ...event, body: change(event.body) }
    return { event: sent, change: signedHeaders(event, session.secret) }
  }
}

/** Ways round the comparison: an event, an id or a header for which it is not made. */
function shortcutTrials(): Trial[] {
  const bot = { ...leadProbe(), chatbotId: 'bot_01h455vb4pex5vsknk084sn0zz' }
  return [
    {
      id: 'other-type',
      name: 'a wrong signature of an event that is no lead.submit',
      variants: [
        lead(byStranger, unknownProbe()),
        lead(() => NONE, unknownProbe()),
        lead(byStranger, { ...leadProbe(), eventType: 'order.created' }),
      ],
      mend: 'Verify every event, before its type is looked at.',
      perhaps: BEFORE,
    },
    {
      id: 'other-chatbot',
      name: 'a wrong signature of an event of another chatbot',
      variants: [lead(byStranger, bot), lead(() => NONE, bot)],
      mend: 'Refuse what you have no secret for.',
      perhaps: BEFORE,
    },
    {
      id: 'other-text',
      name: 'a wrong signature of a lead with other texts (not ASCII, empty, very long)',
      variants: [richestProbe(), sparseProbe(), longestProbe(leadProbe())].map((probe) =>
        lead(byStranger, probe),
      ),
      mend: 'Verify whatever the body holds.',
      perhaps: BEFORE,
    },
    {
      id: 'known-id',
      name: 'a wrong signature with a webhook-id that it took before',
      variants: [knownId((body) => body.replace('Ann', 'Eve')), knownId((body) => body)],
      mend: 'Verify first, and look for repeats afterwards: an id is no proof.',
      perhaps: BEFORE,
    },
    {
      id: 'other-content-type',
      name: 'a wrong signature of what is not sent as application/json',
      variants: ['text/plain', 'application/x-www-form-urlencoded'].map((type) =>
        lead((event, secret) => ({ ...byStranger(event, secret), 'content-type': type })),
      ),
      mend: 'Verify whatever the content-type is.',
      perhaps: BEFORE,
    },
    {
      id: 'other-client',
      name: 'a wrong signature from a client that calls itself otherwise (user-agent)',
      variants: ['curl/8.5.0', 'Chatzuri-Webhooks/1.0', undefined].map((agent) =>
        lead((event, secret) => ({ ...byStranger(event, secret), 'user-agent': agent })),
      ),
      mend: 'Verify whoever sends it: a user-agent is no proof.',
    },
  ]
}

/** First it is sent right: then the endpoint knows its id. */
function knownId(change: (body: string) => string): Trial['variants'][number] {
  return async (session) => {
    const event = session.event(leadProbe())
    await session.send(event)
    const forged = { ...event, body: change(event.body) }
    return { event: forged, change: byStranger(forged, session.secret) }
  }
}

/** Who wants both headers gets the other one right: else that alone would be why it refuses. */
function guideTrials(scheme: Scheme): Trial[] {
  const others = scheme === 'both' ? {} : { [MODERN_SIGNATURE_HEADER]: undefined }
  const only = (value: (right: string) => string) =>
    lead((event, secret) => ({
      [GUIDE_SIGNATURE_HEADER]: onDigits(guideSignature(event, secret), value),
      ...others,
    }))
  return [
    {
      id: 'truncated-signature',
      name: 'a truncated signature',
      variants: [only((right) => right.slice(0, 20)), only((right) => right.slice(0, 39))],
      mend: WHOLE,
    },
    {
      id: 'spoiled-signature',
      name: 'a signature of which one digit is wrong',
      variants: [39, 0, 20, 30, 10].map((at) => only((right) => spoiled(right, at, HEX))),
      mend: WHOLE,
    },
    {
      id: 'lengthened-signature',
      name: 'a signature with something behind it',
      variants: [only((right) => `${right}zz`)],
      mend: WHOLE,
      harmless: true,
    },
    {
      id: 'upper-case-signature',
      name: 'an upper-case signature',
      variants: [only((right) => right.toUpperCase())],
      mend: 'We send lower case only: compare the text as it is, or leave it so.',
      harmless: true,
    },
  ]
}

function modernTrials(scheme: Scheme): Trial[] {
  const others = scheme === 'both' ? {} : { [GUIDE_SIGNATURE_HEADER]: undefined }
  const only = (value: (right: string) => string) =>
    lead((event, secret) => ({
      [MODERN_SIGNATURE_HEADER]: value(modernSignature(event, secret)),
      ...others,
    }))
  const aged = (seconds: number) =>
    lead((event, secret) => {
      const old = { ...event, timestampSeconds: event.timestampSeconds - seconds }
      return { ...signedHeaders(old, secret), ...others }
    })
  return [
    {
      id: 'truncated-modern-signature',
      name: 'a truncated webhook-signature',
      variants: [only((right) => right.slice(0, 20)), only((right) => right.slice(0, 40))],
      mend: WHOLE_MODERN,
    },
    {
      id: 'spoiled-modern-signature',
      name: 'a webhook-signature of which one letter is wrong',
      variants: [45, 3, 24, 35, 13].map((at) => only((right) => spoiled(right, at, BASE64))),
      mend: WHOLE_MODERN,
    },
    {
      id: 'old-timestamp',
      name: 'an event signed two hours ago',
      variants: [aged(REPLAY_AGE_SECONDS)],
      mend: 'Refuse a webhook-timestamp that is more than 5 minutes away: it keeps a recorded request from being played again.',
      harmless: true,
    },
  ]
}

/** What says the hash stands before them, and stays. */
function onDigits(signature: string, change: (digits: string) => string): string {
  const at = signature.indexOf('=') + 1
  return signature.slice(0, at) + change(signature.slice(at))
}

const HEX = '0123456789abcdef'
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** The letter half its alphabet away: its highest bit, which counts in the last one, too. */
function spoiled(text: string, at: number, alphabet: string): string {
  const place = alphabet.indexOf(text[at] ?? '')
  const other = alphabet[(place + alphabet.length / 2) % alphabet.length]
  return `${text.slice(0, at)}${other}${text.slice(at + 1)}`
}
