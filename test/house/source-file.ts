import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A file of the repository; `path` from its root, with `/`. */
export interface SourceFile {
  path: string
  text: string
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** What is committed, or would be with the next `git add .`. */
export function listRepositoryFiles(): SourceFile[] {
  // A checkout may belong to another user than the one who runs the tests (a container's volume).
  const git = ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others']
  const listed = execFileSync('git', [...git, '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  return listed
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(ROOT, path)))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))
}

export function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path) || /(^|\/)test\//.test(path)
}

export function isCode(path: string): boolean {
  return /\.(ts|tsx|js|mjs|cjs)$/.test(path)
}

/** Strings stay, comments become blanks, so that lines keep their numbers. */
export function withoutComments(text: string): string {
  const tokens =
    /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g
  return text.replace(tokens, (token) =>
    token.startsWith('/') ? token.replace(/[^\n]/g, ' ') : token,
  )
}

/** `path:line`, as editors open it. */
export function placeOf(file: SourceFile, index: number): string {
  return `${file.path}:${lineOf(file, index)}`
}

export function lineOf({ text }: SourceFile, index: number): number {
  return text.slice(0, index).split('\n').length
}
