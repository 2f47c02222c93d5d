/** Two secrets were given: does it take what is signed while one replaces the other? */
import { leadProbe } from './events.ts'
import { type Finding, fault, ok } from './finding.ts'
import { answerText, isTaken, type Session } from './session.ts'
import { signedHeaders } from './signatures.ts'

export async function findRotation(session: Session): Promise<Finding[]> {
  const { secret, previousSecret } = session
  if (previousSecret === null) return []
  const event = session.event(leadProbe())
  const answer = await session.send(event, signedHeaders(event, secret, previousSecret))
  if (isTaken(answer)) return [ok('rotation', 'It takes what is signed while a secret is rotated.')]
  return [
    fault(
      'rotation',
      `It ${answerText(answer)} to what is signed while a secret is rotated.`,
      'Then webhook-signature holds a signature for each of the two secrets, separated by a space: take any that is right. x-chatzuri-signature is made with the old one: who checks that needs both secrets.',
    ),
  ]
}
