/**
 * Loaded before the program (`NODE_OPTIONS=--import`), in each of its threads: its wall clock is off by
 * what the file CLOCK_FILE says, in milliseconds, and jumps when that changes. The monotonic clock
 * doesn't, as on a machine whose date is set.
 */
import { readFileSync } from 'node:fs'

const path = process.env.CLOCK_FILE ?? ''
const LOOK_EVERY_MS = 20
const RightDate = Date
let offMs = read()
setInterval(() => {
  offMs = read()
}, LOOK_EVERY_MS).unref()

function read(): number {
  return Number(readFileSync(path, 'utf8'))
}

class SetDate extends RightDate {
  constructor(...args: []) {
    if (args.length === 0) super(SetDate.now())
    else super(...args)
  }

  static override now(): number {
    return RightDate.now() + offMs
  }
}

globalThis.Date = SetDate as DateConstructor
