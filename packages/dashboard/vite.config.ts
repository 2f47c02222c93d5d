import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const ROOT = fileURLToPath(new URL('./', import.meta.url))

/** Of the libraries, what every page needs. */
const BASE =
  /node_modules[\\/](react|react-dom|scheduler|react-router|@tanstack|@radix-ui|@floating-ui|radix-ui|react-remove-scroll|react-remove-scroll-bar|react-style-singleton|use-callback-ref|use-sidecar|aria-hidden|get-nonce|tslib)[\\/]/

/** Of our own, what many pages need: in pieces of some hundred bytes it would not compress. */
const SHARED = /packages[\\/]dashboard[\\/]src[\\/](ui|format|api|live)[\\/]/
const SHARED_BY_MIN = 6

/** The server of `npm start`; `npm run dev --workspace packages/dashboard` proxies the API to it. */
const API = process.env.CHATZURI_URL ?? 'http://127.0.0.1:8080'

export default defineConfig({
  root: ROOT,
  plugins: [react(), tailwindcss(), pageList()],
  // The server puts a fresh nonce here for each response; what is built stays the same bytes.
  html: { cspNonce: '__NONCE__' },
  build: {
    outDir: 'dist',
    target: 'es2023',
    // A data: URL would need an exception in the content security policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1_000,
    reportCompressedSize: false,
    // On a busy machine it warns of how long plugins took.
    rolldownOptions: {
      checks: { pluginTimings: false },
      // What every page needs compresses best in one piece.
      output: {
        codeSplitting: {
          groups: [
            { name: 'base', test: BASE },
            { name: 'shared', test: SHARED, minShareCount: SHARED_BY_MIN },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': API } },
})

/** Tells the server which first segments of a path are pages of the app: the names of their folders. */
function pageList(): Plugin {
  return {
    name: 'page-list',
    apply: 'build',
    generateBundle() {
      const entries = readdirSync(`${ROOT}src/pages`, { withFileTypes: true })
      const pages = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
      this.emitFile({ type: 'asset', fileName: 'pages.json', source: JSON.stringify(pages) })
    },
  }
}
