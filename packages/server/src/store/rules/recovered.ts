/** Which of the deliveries that finished in its span a recovery is about. */
import { storedBeginning } from '../../owner-words.ts'

interface Failure {
  last_status: number | null
  last_error: string | null
}

/** Whether it failed as the recovery says, if it says. */
export function failedSo(recovery: Failure, row: Failure): boolean {
  const { last_status, last_error } = recovery
  const isAnswer = last_status === null || row.last_status === last_status
  return isAnswer && (last_error === null || isToldAs(last_error, row.last_error))
}

/** As it is stored, or as an owner is told it. */
function isToldAs(asked: string, stored: string | null): boolean {
  const beginning = storedBeginning(asked)
  return stored === asked || (beginning !== null && stored?.startsWith(beginning) === true)
}
