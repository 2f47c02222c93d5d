// How the process treats its memory and its code; to be imported before anything else. Measured with
// a million waiting deliveries (npm run bench -- --only memory) and at start (--only start).
import module from 'node:module'
import v8 from 'node:v8'

// Nearly all that is allocated dies young. Growing the heap in small steps keeps the resident size
// near what lives, for a little more work of the collector. `npm start` also sets
// --max-semi-space-size, which V8 takes on the command line only.
v8.setFlagsFromString('--heap-growing-percent=40')

// Stripping types and compiling is half of what a start costs; it is kept for the next one.
module.enableCompileCache?.()
