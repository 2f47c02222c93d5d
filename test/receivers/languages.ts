/** The receivers of `examples/receivers`: what each needs, and how it is started. */

export interface Language {
  file: string
  /** Of its interpreter, compiler or runtime; where it is, `findRuntime` says. */
  runtime: string
  /** What has to end well for it to run here. */
  probe: string[]
  /** What it has to say then. */
  says?: RegExp
  /** Compiles into the folder. */
  build?: (place: Place) => string[]
  run: (place: Place) => string[]
  /** Its server is one to try things with: what becomes of it under attack is not the program's. */
  hasTrialServer?: boolean
}

/** `runtime` is the path of the executable, `dir` a folder for what is made. */
interface Place {
  runtime: string
  source: string
  dir: string
}

const interpret = ({ runtime, source }: Place) => [runtime, source]
const runBuilt = ({ dir }: Place) => [`${dir}/receiver`]

export const LANGUAGES: Record<string, Language> = {
  'Python, plain': { file: 'plain.py', runtime: 'python3', probe: ['--version'], run: interpret },
  Flask: {
    file: 'flask_app.py',
    runtime: 'python3',
    probe: ['-c', 'import flask'],
    run: interpret,
  },
  FastAPI: {
    file: 'fastapi_app.py',
    runtime: 'python3',
    probe: ['-c', 'import fastapi, uvicorn'],
    run: interpret,
  },
  PHP: {
    file: 'receiver.php',
    runtime: 'php',
    probe: ['-r', 'exit(PHP_VERSION_ID < 80100 ? 1 : 0);'],
    run: ({ runtime, source }) => [runtime, '-S', '127.0.0.1:PORT', source],
    hasTrialServer: true,
  },
  Go: {
    file: 'receiver.go',
    runtime: 'go',
    probe: ['version'],
    build: ({ runtime, source, dir }) => [runtime, 'build', '-o', `${dir}/receiver`, source],
    run: runBuilt,
  },
  Ruby: {
    file: 'receiver.rb',
    runtime: 'ruby',
    probe: ['-e', 'require "webrick"'],
    run: interpret,
  },
  // `java Receiver.java` compiles it, too, at each start.
  Java: {
    file: 'Receiver.java',
    runtime: 'java',
    probe: ['--version'],
    build: ({ runtime, source, dir }) => [runtime.replace(/java$/, 'javac'), '-d', dir, source],
    run: ({ runtime, dir }) => [runtime, '-cp', dir, 'Receiver'],
  },
  'C#': {
    file: 'receiver.cs',
    runtime: 'dotnet',
    probe: ['--version'],
    // The first that runs a single file is 10.
    says: /^[1-9]\d/,
    run: ({ runtime, source }) => [runtime, 'run', source],
  },
  Rust: {
    file: 'receiver.rs',
    runtime: 'rustc',
    probe: ['--version'],
    build: ({ runtime, source, dir }) => [
      runtime,
      '--edition',
      '2021',
      '-O',
      '-o',
      `${dir}/receiver`,
      source,
    ],
    run: runBuilt,
  },
  Deno: {
    file: 'deno.ts',
    runtime: 'deno',
    probe: ['--version'],
    run: ({ runtime, source }) => [
      runtime,
      'run',
      '--no-config',
      '--allow-net',
      '--allow-env',
      source,
    ],
  },
  Bun: { file: 'bun.ts', runtime: 'bun', probe: ['--version'], run: interpret },
}
