/** Blocks of TypeScript, compiled as strictly as a careful reader's project would. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { COMPILER } from '../packages/package-copy.ts'
import { withGiven } from './given.ts'
import { type Block, ROOT } from './page.ts'

const OPTIONS = {
  module: 'nodenext',
  target: 'es2024',
  types: ['node'],
  noEmit: true,
  skipLibCheck: true,
  strict: true,
  allowImportingTsExtensions: true,
  erasableSyntaxOnly: true,
}

export async function checkTypes(blocks: Block[]): Promise<void> {
  if (blocks.length === 0) return
  const dir = await mkdtemp(join(tmpdir(), 'chatzuri-docs-'))
  try {
    await symlink(join(ROOT, 'node_modules'), join(dir, 'node_modules'))
    const files: string[] = []
    for (const block of blocks) {
      const { page, line, text } = block
      const file = `${page.replace(/\W/g, '-')}-${line}.mts`
      // A module of its own, whatever it exports.
      await writeFile(join(dir, file), `${withGiven(block, text)}export {}\n`)
      files.push(file)
    }
    await writeFile(join(dir, 'tsconfig.json'), JSON.stringify({ compilerOptions: OPTIONS, files }))
    await promisify(execFile)(process.execPath, [COMPILER, '-p', dir], { cwd: dir }).catch(
      (cause: Error & { stdout: string }) => {
        throw new Error(cause.stdout, { cause })
      },
    )
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
