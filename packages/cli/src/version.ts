import { createRequire } from 'node:module'

// Not an import: Node 20 warns of imported JSON on every run.
const manifest: { version: string } = createRequire(import.meta.url)('../package.json')

export const VERSION = manifest.version
