/** What every command has: a name, its options, its help, and the world that it runs in. */
import { parseArgs } from 'node:util'
import { type ExitCode, usageError } from './command-error.ts'
import { nearest } from './nearest.ts'
import type { Output } from './output.ts'

export interface OptionSpec {
  type: 'string' | 'boolean'
  multiple?: boolean
  /** What stands for its value in the help. */
  value?: string
  about: string
}

export interface Command {
  name: string
  /** Of its arguments. */
  usage: string
  about: string
  /** More are refused before it runs; without it the command looks itself. */
  argumentsMax?: number
  options: Record<string, OptionSpec>
  /** Beneath the options. */
  notes?: string
  run(given: Given): Promise<ExitCode>
}

export interface Given {
  positionals: string[]
  /** Of an option that was given; undefined: it was not. */
  text(name: string): string | undefined
  texts(name: string): string[]
  flag(name: string): boolean
  env: NodeJS.ProcessEnv
  out: Output
}

const SHARED: Record<string, OptionSpec> = {
  json: { type: 'boolean', about: 'JSON lines on stdout, also on a terminal' },
  help: { type: 'boolean', about: 'this text' },
}

/** A command, and what its users call the program. */
interface Called {
  command: Command
  program: string
}

/** Null: help was asked for. */
export function parseGiven(
  called: Called,
  argv: string[],
  world: Pick<Given, 'env' | 'out'>,
): Given | null {
  const { values, positionals, tokens } = parse(called, argv)
  if (values.help === true) return null
  refuseRepeats(called, tokens)
  const { argumentsMax = positionals.length } = called.command
  const surplus = positionals[argumentsMax]
  if (surplus !== undefined) throw wrong(called, `"${surplus}" is one argument too many.`)
  const texts = (name: string): string[] => {
    const value = values[name]
    const list = Array.isArray(value) ? value : [value]
    return list.filter((each) => typeof each === 'string')
  }
  return {
    ...world,
    positionals,
    text: (name) => texts(name).at(-1),
    texts,
    flag: (name) => values[name] === true,
  }
}

function parse(called: Called, argv: string[]) {
  const specs = { ...called.command.options, ...SHARED }
  try {
    const options = Object.fromEntries(
      Object.entries(specs).map(([name, { type, multiple = false }]) => [
        name,
        { type, multiple, ...(name === 'help' ? { short: 'h' } : {}) },
      ]),
    )
    return parseArgs({ args: argv, allowPositionals: true, options, tokens: true })
  } catch (error) {
    throw wrong(called, faultText(error, Object.keys(specs)), error)
  }
}

/** Of an option that takes one value, two can't both be meant. */
function refuseRepeats(called: Called, tokens: ReturnType<typeof parse>['tokens']) {
  const given = new Set<string>()
  for (const token of tokens) {
    if (token.kind !== 'option' || called.command.options[token.name]?.multiple) continue
    // As of a variable that was not set.
    if (token.value === '') throw wrong(called, `--${token.name} has no value.`)
    const isText = called.command.options[token.name]?.type === 'string'
    if (isText && given.has(token.name)) throw wrong(called, `--${token.name} is given twice.`)
    given.add(token.name)
  }
}

function wrong({ command, program }: Called, fault: string, cause?: unknown) {
  const hint = `\`${program} ${command.name} --help\` lists what there is.`
  return usageError(`${fault} ${hint}`, cause)
}

/** Node's own words, as far as they help; of an option that isn't known, which one was meant. */
function faultText(error: unknown, known: string[]): string {
  const { code, message } = error as NodeJS.ErrnoException
  const [, unknown] = /'(-[^']+)'/.exec(message) ?? []
  if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION' || unknown === undefined) {
    return `${message.split(/\. |\n/)[0]?.replace(/\.$/, '')}.`
  }
  const meant = nearest(unknown.replace(/^-+/, ''), known)
  return `There is no option ${unknown}.${meant === null ? '' : ` Did you mean --${meant}?`}`
}

export function helpText({ command, program }: Called): string {
  const { name, usage, about, options, notes } = command
  const rows = Object.entries({ ...options, ...SHARED }).map(([option, spec]) => [
    `${option === 'help' ? '-h, ' : ''}--${option}${spec.type === 'string' ? ` ${spec.value ?? 'TEXT'}` : ''}`,
    spec.about,
  ])
  const width = Math.max(...rows.map(([left = '']) => left.length))
  const lines = rows.map(([left = '', right = '']) => `  ${left.padEnd(width)}  ${right}`)
  const parts = [
    about,
    `Usage: ${program} ${name} ${usage}`.trimEnd(),
    `Options:\n${lines.join('\n')}`,
  ]
  return [...parts, ...(notes === undefined ? [] : [notes])].join('\n\n')
}
