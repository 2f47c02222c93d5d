/**
 * How a program of this family reads its arguments, writes its answers and ends: shared with the
 * server's own commands, so that `--help`, `--json` and exit codes are the same everywhere.
 */
export type { Command, Given, OptionSpec } from './command.ts'
export { CommandError, EXIT, type ExitCode, usageError } from './command-error.ts'
export { createOutput, type Output, printable, type Step, type Streams } from './output.ts'
export { type ListedCommand, type Program, runProgram, type Surroundings } from './program.ts'
export { typedUrl } from './typed-url.ts'
