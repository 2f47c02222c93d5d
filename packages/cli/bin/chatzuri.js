#!/usr/bin/env node
// Plain JavaScript that any Node can read: an old Node must get one clear sentence, not a
// syntax error from what stands behind it.
const major = Number(process.versions.node.split('.')[0])
if (major < 20) {
  console.error(`chatzuri needs Node 20 or newer; this is Node ${process.versions.node}.`)
  process.exit(2)
}
const { run } = await import('../src/run.ts')
process.exitCode = await run(process.argv.slice(2))
