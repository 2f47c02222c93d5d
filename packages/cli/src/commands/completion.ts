import type { Command } from '../command.ts'
import { EXIT, usageError } from '../command-error.ts'
import { completionScript, SHELLS } from '../completion.ts'

/** `commands`: all that are completed; asked for when it runs, because it is one of them. */
export function completion(commands: () => readonly Command[]): Command {
  return {
    name: 'completion',
    usage: SHELLS.join(' | '),
    about: 'Prints what completes commands and options in a shell.',
    options: {},
    notes: `In ~/.bashrc: source <(chatzuri completion bash). In ~/.zshrc, after compinit: source <(chatzuri
completion zsh). For fish: chatzuri completion fish > ~/.config/fish/completions/chatzuri.fish`,
    async run({ positionals, out }) {
      const [given, more] = positionals
      const shell = SHELLS.find((each) => each === given)
      if (shell === undefined || more !== undefined) {
        throw usageError(`completion takes one of ${SHELLS.join(', ')}.`)
      }
      out.line(completionScript(shell, 'chatzuri', commands()))
      return EXIT.done
    },
  }
}
