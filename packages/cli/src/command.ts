/** What every command has: a name, its options, its help, and the world that it runs in. */
import { parseArgs } from 'node:util'
import { type ExitCode, usageError } from './command-error.ts'
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

/** Null: help was asked for. */
export function parseGiven(
  command: Command,
  argv: string[],
  world: Pick<Given, 'env' | 'out'>,
): Given | null {
  const { values, positionals } = parse(command, argv)
  if (values.help === true) return null
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

function parse(command: Command, argv: string[]) {
  try {
    const specs = Object.entries({ ...command.options, ...SHARED })
    const options = Object.fromEntries(
      specs.map(([name, { type, multiple = false }]) => [
        name,
        { type, multiple, ...(name === 'help' ? { short: 'h' } : {}) },
      ]),
    )
    return parseArgs({ args: argv, allowPositionals: true, options })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const hint = `\`chatzuri ${command.name} --help\` lists what there is.`
    throw usageError(`${reason.split('. ')[0]}. ${hint}`, error)
  }
}

export function helpText({ name, usage, about, options, notes }: Command): string {
  const rows = Object.entries({ ...options, ...SHARED }).map(([option, spec]) => [
    `--${option}${spec.type === 'string' ? ` ${spec.value ?? 'TEXT'}` : ''}`,
    spec.about,
  ])
  const width = Math.max(...rows.map(([left = '']) => left.length))
  const lines = rows.map(([left = '', right = '']) => `  ${left.padEnd(width)}  ${right}`)
  const parts = [
    about,
    `Usage: chatzuri ${name} ${usage}`.trimEnd(),
    `Options:\n${lines.join('\n')}`,
  ]
  return [...parts, ...(notes === undefined ? [] : [notes])].join('\n\n')
}
