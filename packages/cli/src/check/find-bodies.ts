/** Bodies that are signed right and must be taken: what customers type, what we send, and repeats. */
import { findWay } from './diagnose.ts'
import {
  leadProbe,
  longestProbe,
  numbersProbe,
  type Probe,
  richestProbe,
  sparseProbe,
  TEXTS,
  unknownProbe,
} from './events.ts'
import { advice, type Finding, fault, ok } from './finding.ts'
import type { Scheme } from './refusals.ts'
import { answerText, isTaken, type Session } from './session.ts'
import { signedHeaders, type WrongSignature } from './signatures.ts'

export async function findBodies(session: Session, scheme: Scheme): Promise<Finding[]> {
  const findings = await findTexts(session, scheme)
  findings.push(await findRaw(session, scheme))
  const sparse = await session.sendRight(sparseProbe())
  findings.push(
    isTaken(sparse)
      ? ok('empty-fields', 'It takes a lead of which only the email is known.')
      : fault(
          'empty-fields',
          `It ${answerText(sparse)} to a lead of which only the email is known.`,
          'What a customer did not give is "": take it.',
        ),
  )
  findings.push(await findRepeat(session))
  const unknown = await session.sendRight(unknownProbe())
  const isKind = isTaken(unknown)
  findings.push(
    isKind
      ? ok('unknown-type', 'It ignores an event type that it does not know, kindly.')
      : fault(
          'unknown-type',
          `It ${answerText(unknown)} to an event type that it does not know: we would send it again and again.`,
          'Answer 200 to what you do not need.',
        ),
  )
  if (isKind) findings.push(...(await findNumbers(session, scheme)))
  findings.push(await findLimit(session, isKind ? unknownProbe() : leadProbe()))
  return findings
}

async function findTexts(session: Session, scheme: Scheme): Promise<Finding[]> {
  const failed: { name: string; text: string; said: string }[] = []
  for (const { name, text } of TEXTS) {
    const answer = await session.sendRight(leadProbe(text))
    if (!isTaken(answer)) failed.push({ name, text, said: answerText(answer) })
  }
  const [first] = failed
  if (!first) {
    const names = TEXTS.map(({ name }) => name).join('; ')
    return [ok('text', `It takes every customer's name: ${names}.`)]
  }
  const names = failed.map(({ name }) => name).join('; ')
  const way = scheme === 'nothing' ? null : await findTextWay(session, first.text)
  const message = `It ${first.said} to names with ${names}`
  if (way) return [fault('text', `${message}, because it ${way.does}`, way.mend)]
  return [fault('text', `${message}.`, 'Hash the raw bytes of the body, and read it as UTF-8.')]
}

/** The richest text tells apart what the first that failed may not. */
async function findTextWay(session: Session, text: string): Promise<WrongSignature | null> {
  return (await findWay(session, richestProbe())) ?? findWay(session, leadProbe(text))
}

/** A body with white space, which we never send: who hashes the bytes and who re-serialises differ. */
async function findRaw(session: Session, scheme: Scheme): Promise<Finding> {
  if (scheme === 'nothing') return ok('raw-body', 'What it hashes is unknown: it verifies nothing.')
  const compact = JSON.stringify(leadProbe())
  const spaced = compact.replace('{"eventType":', '{ "eventType": ')
  const event = session.event(leadProbe(), spaced)
  if (isTaken(await session.send(event))) return ok('raw-body', 'It hashes the raw bytes.')
  const reserialised = signedHeaders({ ...event, body: compact }, session.secret)
  if (isTaken(await session.send(event, reserialised))) {
    return ok(
      'raw-body',
      'It hashes the parsed body, serialised again: for our bodies that is the same text.',
    )
  }
  return ok('raw-body', 'It hashes something that is the same for our bodies.')
}

async function findRepeat(session: Session): Promise<Finding> {
  const event = session.event(leadProbe())
  await session.send(event)
  const again = await session.send(event)
  if (!isTaken(again)) {
    return fault(
      'repeat',
      `It ${answerText(again)} to a repeat: we would send it again and again.`,
      'Answer 200 to a webhook-id that you have seen.',
    )
  }
  const says = again.kind === 'answered' && /duplicate|ignored|skipped|already/i.test(again.body)
  return ok(
    'repeat',
    says
      ? 'It takes a repeat, and says that it is one.'
      : 'It takes a repeat. Does it drop it by webhook-id? From here that does not show.',
  )
}

async function findNumbers(session: Session, scheme: Scheme): Promise<Finding[]> {
  const answer = await session.sendRight(numbersProbe())
  if (isTaken(answer) || scheme === 'nothing') return []
  return [
    advice(
      'numbers',
      `It ${answerText(answer)} to numbers such as 1e-7: it re-serialises the body, and its language writes numbers differently.`,
      'Hash the raw bytes. Leads hold no numbers; events of your own may.',
    ),
  ]
}

async function findLimit(session: Session, base: Probe): Promise<Finding> {
  const answer = await session.sendRight(longestProbe(base))
  if (isTaken(answer)) return ok('body-limit', 'It takes the longest body that we send (100 KiB).')
  return fault(
    'body-limit',
    `It ${answerText(answer)} to the longest body that we send (100 KiB).`,
    "Raise the limit: express.json({ limit: '128kb' }), client_max_body_size 1m in nginx.",
  )
}
