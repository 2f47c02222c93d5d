/** A program of commands: the first word chooses; what goes wrong is one sentence and an exit code. */
import { type Command, type Given, helpText, parseGiven } from './command.ts'
import { CommandError, EXIT, usageError } from './command-error.ts'
import { nearest } from './nearest.ts'
import { createOutput, type Streams } from './output.ts'

/** What `--help` lists; loaded when it is called, so that none pays for what another needs. */
export interface ListedCommand {
  name: string
  about: string
  load(): Promise<Command>
}

export interface Program {
  name: string
  version: string
  commands: readonly ListedCommand[]
  /** For `--help` without a command. */
  overview: string
  /** What an option alone, or nothing, calls. Without it: the overview, and exit code 2. */
  unnamed?: string
  /** Commands of another program. It gets all arguments, and resolves to an exit code. */
  others?: { names: readonly string[]; run(argv: string[]): Promise<number> }
  /** Of an error that its user can mend: one sentence. Null: a bug, told with its stack. */
  sentenceOf?(error: unknown): string | null
}

/** Its reader went, or its terminal was closed. */
const GONE = ['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED']

export interface Surroundings extends Streams {
  env: NodeJS.ProcessEnv
}

/** Never rejects for what the caller can mend; resolves to the exit code. */
export async function runProgram(
  program: Program,
  argv: string[],
  { stdout, stderr, env }: Surroundings,
): Promise<number> {
  endWithReader(stdout, stderr)
  const wantsJson = argv.includes('--json')
  const out = createOutput({ stdout, stderr }, { json: wantsJson || stdout.isTTY !== true })
  try {
    return await choose(program, argv, { env, out })
  } catch (error) {
    const { exitCode, message } = toCommandError(program, error)
    out.progress(null)
    if (wantsJson) out.line(JSON.stringify({ kind: 'failed', error: message, exitCode }))
    stderr.write(`${message}\n`)
    return exitCode
  }
}

/**
 * Who reads a part (`| head -1`) has what they want: no fault. What runs until it is told to end ends in
 * order, as by SIGTERM.
 */
function endWithReader(stdout: Streams['stdout'], stderr: Streams['stderr']): void {
  let isGone = false
  const end = (error: NodeJS.ErrnoException) => {
    if (!GONE.includes(String(error.code))) {
      stderr.write(`The answer can't be written: ${error.message}.\n`)
      process.exit(EXIT.no)
    }
    if (isGone) return
    isGone = true
    if (process.listenerCount('SIGTERM') > 0) process.kill(process.pid, 'SIGTERM')
    else process.exit(EXIT.done)
  }
  stdout.on?.('error', end)
  // Nobody reads what people are told: the work goes on.
  stderr.on?.('error', () => {})
}

async function choose(
  program: Program,
  argv: string[],
  world: Pick<Given, 'env' | 'out'>,
): Promise<number> {
  const [word, about] = argv
  if (word === 'help' && about !== undefined) return choose(program, [about, '--help'], world)
  if (word === 'help' || word === '--help' || word === '-h') {
    world.out.line(program.overview)
    return EXIT.done
  }
  if (word === '--version' || word === '-v') {
    world.out.line(program.version)
    return EXIT.done
  }
  if (word !== undefined && program.others?.names.includes(word)) return program.others.run(argv)
  const isUnnamed = word === undefined || word.startsWith('-')
  if (isUnnamed && program.unnamed !== undefined) {
    return call(program, program.unnamed, argv, world)
  }
  if (word === undefined) {
    world.out.line(program.overview)
    return EXIT.usage
  }
  return call(program, word, argv.slice(1), world)
}

async function call(
  program: Program,
  name: string,
  argv: string[],
  world: Pick<Given, 'env' | 'out'>,
): Promise<number> {
  const listed = program.commands.find((command) => command.name === name)
  if (!listed) throw unknownCommand(program, name)
  const command = await listed.load()
  const given = parseGiven({ command, program: program.name }, argv, world)
  if (given !== null) return command.run(given)
  world.out.line(helpText({ command, program: program.name }))
  return EXIT.done
}

function unknownCommand({ name, commands, others }: Program, word: string): CommandError {
  const known = [...commands.map((command) => command.name), ...(others?.names ?? [])]
  const meant = nearest(word, known)
  const advice = meant === null ? '' : ` Did you mean "${meant}"?`
  return usageError(
    `There is no command "${word}".${advice} \`${name} --help\` lists what there is.`,
  )
}

function toCommandError(program: Program, error: unknown): CommandError {
  if (error instanceof CommandError) return error
  const sentence = program.sentenceOf?.(error) ?? null
  if (sentence === null) throw error
  return new CommandError(EXIT.no, sentence, { cause: error })
}
