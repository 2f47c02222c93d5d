#!/usr/bin/env node
// Plain JavaScript that any Node can read: an old Node must get one clear sentence, not a
// syntax error from the TypeScript behind it.
import './runtime.js'

const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  console.error(
    `Chatzuri needs Node 24 or newer; this is Node ${process.versions.node}. ` +
      'On glibc Linux, "npm ci" brings Node 24 for the npm scripts; elsewhere install it from nodejs.org.',
  )
  process.exit(1)
}
const { run } = await import('../src/cli/run.ts')
process.exitCode = await run(process.argv.slice(2))
