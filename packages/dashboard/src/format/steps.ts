/** A bar for each step of a span: the API leaves out those in which nothing happened. */

interface Step {
  at: string
  attempts: number
  failedAttempts: number
}

export function barsOf(series: readonly Step[], { from, to, stepMs }: StepSpan) {
  const known = new Map(series.map((step) => [Date.parse(step.at), step]))
  const bars = []
  for (let at = Date.parse(from); at < Date.parse(to); at += stepMs) {
    const { attempts = 0, failedAttempts = 0 } = known.get(at) ?? {}
    bars.push({ key: String(at), good: attempts - failedAttempts, bad: failedAttempts })
  }
  return bars
}

interface StepSpan {
  from: string
  to: string
  stepMs: number
}
