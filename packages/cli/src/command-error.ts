/** What a command can't do, as one sentence that says what to do about it, and how the program ends. */
export const EXIT = {
  /** Done; of `check` and `verify`: right. */
  done: 0,
  /** Asked and answered: no. `check` found a fault, the signature didn't match, a delivery failed. */
  no: 1,
  /** Arguments or settings are wrong; nothing was asked. */
  usage: 2,
  /** The server refused. */
  refused: 3,
  /** The server did not answer. */
  unreachable: 4,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

export class CommandError extends Error {
  readonly exitCode: ExitCode

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CommandError'
    this.exitCode = exitCode
  }
}

export function usageError(message: string, cause?: unknown): CommandError {
  return new CommandError(EXIT.usage, message, cause === undefined ? {} : { cause })
}
