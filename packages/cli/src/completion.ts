/** Words that a shell completes: commands, their actions, their options; made from the commands themselves. */
import type { Command } from './command.ts'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof SHELLS)[number]

type Listed = Pick<Command, 'name' | 'about' | 'usage' | 'options'>

const SHARED = ['json', 'help']

/** The first words of its usage that are no placeholders: `list | show dlv_…` has two. */
function actionsOf({ usage }: Pick<Command, 'usage'>): string[] {
  const words = usage.split('|').map((part) => part.trim().split(/\s/)[0] ?? '')
  return [...new Set(words.filter((word) => /^[a-z][a-z-]*$/.test(word)))]
}

export function completionScript(
  shell: Shell,
  program: string,
  commands: readonly Listed[],
): string {
  const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript }
  return scripts[shell](program, commands)
}

function wordsOf(command: Listed): string[] {
  const options = [...Object.keys(command.options), ...SHARED].map((name) => `--${name}`)
  return [...actionsOf(command), ...options]
}

function bashScript(program: string, commands: readonly Listed[]): string {
  const cases = commands.map(
    (command) => `    ${command.name}) words='${wordsOf(command).join(' ')}' ;;`,
  )
  const name = `_${program.replaceAll('-', '_')}`
  return `# ${program}: in ~/.bashrc, source <(${program} completion bash)
${name}() {
  local word=\${COMP_WORDS[COMP_CWORD]} words
  case $COMP_CWORD in
    1) words='${commands.map((command) => command.name).join(' ')}' ;;
    *) case \${COMP_WORDS[1]} in
${cases.join('\n')}
    *) words='' ;;
    esac ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -o default -F ${name} ${program}`
}

/** zsh reads bash's way of completing; descriptions are its own. */
function zshScript(program: string, commands: readonly Listed[]): string {
  const name = `_${program.replaceAll('-', '_')}`
  const listed = commands.map(({ name: word, about }) => `    '${word}:${quoted(about)}'`)
  const cases = commands.map(
    (command) => `    ${command.name}) compadd -- ${wordsOf(command).join(' ')} ;;`,
  )
  return `#compdef ${program}
# ${program}: in ~/.zshrc after compinit, source <(${program} completion zsh)
${name}() {
  local -a commands
  commands=(
${listed.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe -t commands command commands
    return
  fi
  case \${words[2]} in
${cases.join('\n')}
  esac
  _files
}
compdef ${name} ${program}`
}

function quoted(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll(':', '\\:')
}

function fishScript(program: string, commands: readonly Listed[]): string {
  const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")
  const lines = commands.flatMap((command) => {
    const of = `complete -c ${program} -n '__fish_seen_subcommand_from ${command.name}'`
    const options = Object.entries(command.options).map(
      ([name, { about, type }]) =>
        `${of} -l ${name}${type === 'string' ? ' -r' : ''} -d '${escaped(about)}'`,
    )
    return [
      `complete -c ${program} -n __fish_use_subcommand -f -a ${command.name} -d '${escaped(command.about)}'`,
      ...actionsOf(command).map((action) => `${of} -f -a ${action}`),
      ...options,
      ...SHARED.map((name) => `${of} -l ${name}`),
    ]
  })
  return [
    `# ${program}: ${program} completion fish > ~/.config/fish/completions/${program}.fish`,
    ...lines,
  ].join('\n')
}
