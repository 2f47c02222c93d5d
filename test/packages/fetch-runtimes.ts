/**
 * The Fetch runtimes beside Node: a program for each that answers with the published package, as the
 * README has it. Each runs where it is installed; they are too big (90 to 160 MB) to come along:
 *
 *     npm install --no-save @deno/linux-x64-glibc @oven/bun-linux-x64 @cloudflare/workerd-linux-64
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'vite'

interface FetchRuntime {
  /** Of its executable. */
  runtime: string
  /** Writes what it needs into the folder of the application; returns its arguments. */
  prepare(app: string, secret: string): Promise<string[]>
}

const imports = `
  import { rememberIds } from '@chatzuri/webhooks'
  import { createHandler } from '@chatzuri/webhooks/fetch'
  const on = { 'lead.submit': () => {} }
  const seen = rememberIds()`

export const FETCH_RUNTIMES: Record<string, FetchRuntime> = {
  Deno: {
    runtime: 'deno',
    async prepare(app, secret) {
      await writeFile(
        join(app, 'serve-deno.mjs'),
        `${imports}
        const onListen = ({ port }) => console.log(JSON.stringify({ port }))
        Deno.serve({ hostname: '127.0.0.1', port: 0, onListen }, createHandler({ secret: '${secret}', on, seen }))`,
      )
      return ['run', '--no-remote', '--no-lock', '--allow-net=127.0.0.1', 'serve-deno.mjs']
    },
  },
  Bun: {
    runtime: 'bun',
    async prepare(app, secret) {
      await writeFile(
        join(app, 'serve-bun.mjs'),
        `${imports}
        const fetch = createHandler({ secret: '${secret}', on, seen })
        const { port } = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch })
        console.log(JSON.stringify({ port }))`,
      )
      return ['run', '--no-install', 'serve-bun.mjs']
    },
  },
  // Bundled as its own tool does it; the secret is a binding, which only a request can see.
  Workers: {
    runtime: 'workerd',
    async prepare(app, secret) {
      const source = join(app, 'worker-source.mjs')
      await writeFile(
        source,
        `${imports}
        let handler
        export default {
          fetch(request, env) {
            handler ??= createHandler({ secret: env.CHATZURI_SECRET, on, seen })
            return handler(request)
          },
        }`,
      )
      await build({
        configFile: false,
        root: app,
        logLevel: 'silent',
        build: {
          outDir: 'worker',
          target: 'es2022',
          lib: { entry: source, formats: ['es'], fileName: () => 'worker.js' },
        },
      })
      await writeFile(join(app, 'worker/config.capnp'), workerConfig(secret))
      return ['serve', '--control-fd=1', 'worker/config.capnp']
    },
  },
}

function workerConfig(secret: string): string {
  return `
    using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (
      services = [(name = "receiver", worker = .receiver)],
      sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "receiver")],
    );
    const receiver :Workerd.Worker = (
      modules = [(name = "worker", esModule = embed "worker.js")],
      bindings = [(name = "CHATZURI_SECRET", text = "${secret}")],
      compatibilityDate = "2025-01-01",
    );`
}
