/**
 * The deadlines of all open requests. Most have the same timeout, so they end in the order in which
 * they began: each timeout has one line of them and one timer, for the first. And hundreds share one
 * signal, which has one listener: a timer and a listener for each request were a tenth of what it cost.
 */
import type { Clock } from '../clock.ts'
import { Deadline, type Limits } from './deadline.ts'

interface Line {
  timeoutMs: number
  /** In the order in which they end. */
  deadlines: Set<Deadline>
  cancelTimer: () => void
}

export class Deadlines {
  readonly #clock: Clock
  /** By their timeouts; none is empty. */
  readonly #lines = new Map<number, Line>()
  readonly #watched = new WeakSet<AbortSignal>()
  #open = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get open(): number {
    return this.#open
  }

  begin(limits: Limits): Deadline {
    const { timeoutMs, signal } = limits
    const deadline = new Deadline(this.#clock.monotonic(), limits)
    const line = this.#lines.get(timeoutMs)
    if (line) line.deadlines.add(deadline)
    else this.#beginLine(deadline)
    if (signal && !this.#watched.has(signal)) this.#watch(signal)
    this.#open += 1
    return deadline
  }

  /** To be called once for each that began. */
  end(deadline: Deadline): void {
    this.#open -= 1
    const line = this.#lines.get(deadline.timeoutMs)
    if (!line?.deadlines.delete(deadline) || line.deadlines.size > 0) return
    line.cancelTimer()
    this.#lines.delete(line.timeoutMs)
  }

  stopAll(): void {
    this.#stop(() => true)
  }

  #beginLine(deadline: Deadline): void {
    const { timeoutMs } = deadline
    const line: Line = { timeoutMs, deadlines: new Set([deadline]), cancelTimer: () => {} }
    this.#lines.set(timeoutMs, line)
    this.#arm(line, timeoutMs)
  }

  #arm(line: Line, delayMs: number): void {
    line.cancelTimer = this.#clock.setTimer(delayMs, () => this.#look(line))
  }

  /** Ends what is over, and waits for the first that is not. */
  #look(line: Line): void {
    const now = this.#clock.monotonic()
    for (const deadline of line.deadlines) {
      if (deadline.isAnswered) continue
      if (now < deadline.endsAt) {
        this.#arm(line, deadline.endsAt - now)
        return
      }
      deadline.timeOut()
    }
    // Nothing left that could be late, though something is open: what begins now is.
    if (line.deadlines.size > 0) this.#arm(line, line.timeoutMs)
  }

  #watch(signal: AbortSignal): void {
    this.#watched.add(signal)
    signal.addEventListener('abort', () => this.#stop((own) => own === signal), { once: true })
  }

  #stop(isMeant: (signal: AbortSignal | undefined) => boolean): void {
    for (const { deadlines } of [...this.#lines.values()]) {
      for (const deadline of deadlines) if (isMeant(deadline.signal)) deadline.stop()
    }
  }
}
