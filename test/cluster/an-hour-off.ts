/**
 * Loaded before the program (`NODE_OPTIONS=--import`): its wall clock is off by CLOCK_OFF_MS. The
 * monotonic clock is not, as on a machine whose date was set wrong.
 */
const offMs = Number(process.env.CLOCK_OFF_MS)
const RightDate = Date

class WrongDate extends RightDate {
  constructor(...args: []) {
    if (args.length === 0) super(WrongDate.now())
    else super(...args)
  }

  static override now(): number {
    return RightDate.now() + offMs
  }
}

globalThis.Date = WrongDate as DateConstructor
