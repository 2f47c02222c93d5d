/** The receivers of `examples/receivers`: what each needs, and how it is started. */
import { spawnSync } from 'node:child_process'

export interface Language {
  file: string
  /** What has to answer with 0 for it to run here. */
  needs: string[]
  /** Compiles into the folder; null: nothing to compile. */
  build?: (source: string, dir: string) => string[]
  run: (source: string, dir: string) => string[]
}

export const LANGUAGES: Record<string, Language> = {
  'Python, plain': { file: 'plain.py', needs: ['python3', '--version'], run: python },
  Flask: { file: 'flask_app.py', needs: ['python3', '-c', 'import flask'], run: python },
  FastAPI: {
    file: 'fastapi_app.py',
    needs: ['python3', '-c', 'import fastapi, uvicorn'],
    run: python,
  },
  PHP: {
    file: 'receiver.php',
    needs: ['php', '--version'],
    run: (source) => ['php', '-S', '127.0.0.1:PORT', source],
  },
  Go: {
    file: 'receiver.go',
    needs: ['go', 'version'],
    build: (source, dir) => ['go', 'build', '-o', `${dir}/receiver`, source],
    run: (_, dir) => [`${dir}/receiver`],
  },
  Ruby: {
    file: 'receiver.rb',
    needs: ['ruby', '-e', 'require "webrick"'],
    run: (source) => ['ruby', source],
  },
  Java: {
    file: 'Receiver.java',
    needs: ['java', '--version'],
    run: (source) => ['java', source],
  },
  'C#': {
    file: 'receiver.cs',
    needs: ['dotnet', '--version'],
    run: (source) => ['dotnet', 'run', source],
  },
  Rust: {
    file: 'receiver.rs',
    needs: ['rustc', '--version'],
    build: (source, dir) => ['rustc', '--edition', '2021', '-O', '-o', `${dir}/receiver`, source],
    run: (_, dir) => [`${dir}/receiver`],
  },
  Deno: {
    file: 'deno.ts',
    needs: ['deno', '--version'],
    run: (source) => ['deno', 'run', '--no-config', '--allow-net', '--allow-env', source],
  },
  Bun: { file: 'bun.ts', needs: ['bun', '--version'], run: (source) => ['bun', source] },
}

export function isInstalled([command = '', ...args]: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}

function python(source: string): string[] {
  return ['python3', source]
}
