/** Which of the deliveries that finished in its span a recovery is about. */

interface Failure {
  last_status: number | null
  last_error: string | null
}

/** Whether it failed as the recovery says, if it says. */
export function failedSo(recovery: Failure, row: Failure): boolean {
  const { last_status, last_error } = recovery
  const isAnswer = last_status === null || row.last_status === last_status
  return isAnswer && (last_error === null || row.last_error === last_error)
}
