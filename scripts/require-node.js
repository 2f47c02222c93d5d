// Run before every script that loads TypeScript sources: Node below 24 can't, and says so in a
// way that helps nobody.
const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  console.error(
    `This repository needs Node 24 or newer; this is Node ${process.versions.node}. ` +
      'On glibc Linux, "npm ci" brings Node 24 for the npm scripts; elsewhere install it from nodejs.org.',
  )
  process.exit(1)
}
