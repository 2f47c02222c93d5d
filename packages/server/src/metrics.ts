/**
 * What Prometheus reads. Everything is measured where it happens or looked up when it is asked for:
 * nothing here runs by a timer. Names begin with `chatzuri_`; once published they stay.
 */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'

type AttemptResult = 'delivered' | 'failed' | 'blocked' | 'our_fault'

/** Why a request was turned away, or taken and thrown away. The page on limits lists them. */
export type RefusalReason =
  | 'failed_keys'
  | 'key_rate'
  | 'address_rate'
  | 'origin_rate'
  | 'chatbot_rate'
  | 'conversation_rate'
  | 'origin'
  | 'token'
  | 'too_soon'
  | 'honeypot'
  | 'streams'
  | 'exports'
  | 'answers'
  | 'stalled'
  | 'connections'
  | 'bodies'

export interface Metrics {
  eventsAccepted(count: number): void
  attempted(attempt: { result: AttemptResult; durationSeconds: number }): void
  deliveryFinished(state: string): void
  /** A key, a session's cookie or an owner link that was refused. */
  signInFailed(way: 'key' | 'session' | 'link'): void
  requestAnswered(answer: RequestLabels, durationSeconds: number): void
  requestRefused(reason: RefusalReason): void
  /** A commit of the store, from its begin to its sync. */
  committed(durationSeconds: number): void
  /** What is looked up at each scrape. */
  observe(gauges: ObservedGauges): void
  text(): Promise<string>
  contentType: string
}

interface RequestLabels {
  method: string
  /** The route's pattern, never a URL. */
  route: string
  statusCode: number
}

interface ObservedGauges {
  /** Requests to endpoints that are open. */
  inFlight(): number
  /** Webhooks that have work in this process. */
  lanes(): number
  /** Deliveries held by this process, not sent yet. */
  queued(): number
  /** Unfinished deliveries in the store. */
  backlog(): number | Promise<number>
}

const ATTEMPT_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120]
const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]
const COMMIT_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]

export function createMetrics(): Metrics {
  const registry = new Registry()
  registerProcessGauges(registry)
  const events = new Counter({
    name: 'chatzuri_events_accepted_total',
    help: 'Events that were accepted and stored',
    registers: [registry],
  })
  const attempts = new Histogram({
    name: 'chatzuri_attempt_duration_seconds',
    help: 'Attempts, by result and until their answer',
    labelNames: ['result'],
    buckets: ATTEMPT_SECONDS,
    registers: [registry],
  })
  const finished = new Counter({
    name: 'chatzuri_deliveries_finished_total',
    help: 'Deliveries that reached a state in which nothing more is sent',
    labelNames: ['state'],
    registers: [registry],
  })
  const failures = new Counter({
    name: 'chatzuri_sign_in_failures_total',
    help: 'Keys, sessions and owner links that were refused',
    labelNames: ['way'],
    registers: [registry],
  })
  const refused = new Counter({
    name: 'chatzuri_requests_refused_total',
    help: 'Requests and connections that were turned away by a limit, by its reason',
    labelNames: ['reason'],
    registers: [registry],
  })
  const commits = new Histogram({
    name: 'chatzuri_store_commit_duration_seconds',
    help: 'Commits of the store',
    buckets: COMMIT_SECONDS,
    registers: [registry],
  })
  const attemptsOf = keptSeries((result: AttemptResult) => attempts.labels({ result }))
  const finishedAs = keptSeries((state: string) => finished.labels({ state }))
  return {
    eventsAccepted: (count) => events.inc(count),
    attempted: ({ result, durationSeconds }) => attemptsOf(result).observe(durationSeconds),
    signInFailed: (way) => failures.inc({ way }),
    deliveryFinished: (state) => finishedAs(state).inc(),
    requestAnswered: requestHistogram(registry),
    requestRefused: (reason) => refused.inc({ reason }),
    committed: (durationSeconds) => commits.observe(durationSeconds),
    observe: (gauges) => registerObserved(registry, gauges),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}

/** Finding a series by its labels costs more than counting in it; there are few, so they are kept. */
function keptSeries<Label extends string, Series>(
  find: (label: Label) => Series,
): (label: Label) => Series {
  const kept = new Map<Label, Series>()
  return (label) => {
    let series = kept.get(label)
    if (!series) {
      series = find(label)
      kept.set(label, series)
    }
    return series
  }
}

function requestHistogram(registry: Registry): Metrics['requestAnswered'] {
  const histogram = new Histogram({
    name: 'chatzuri_http_request_duration_seconds',
    help: 'Requests to this server, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: REQUEST_SECONDS,
    registers: [registry],
  })
  const kept = new Map<string, { observe(value: number): void }>()
  return ({ method, route, statusCode }, durationSeconds) => {
    const key = `${statusCode} ${method} ${route}`
    let series = kept.get(key)
    if (!series) {
      series = histogram.labels({ method, route, status: String(statusCode) })
      kept.set(key, series)
    }
    series.observe(durationSeconds)
  }
}

function registerObserved(registry: Registry, gauges: ObservedGauges) {
  gauge(registry, {
    name: 'chatzuri_requests_in_flight',
    help: 'Requests to endpoints that are open',
    read: gauges.inFlight,
  })
  gauge(registry, {
    name: 'chatzuri_lanes',
    help: 'Webhooks that have work in this process',
    read: gauges.lanes,
  })
  gauge(registry, {
    name: 'chatzuri_deliveries_queued',
    help: 'Deliveries held by this process and not sent yet',
    read: gauges.queued,
  })
  gauge(registry, {
    name: 'chatzuri_backlog',
    help: 'Unfinished deliveries in the store',
    read: gauges.backlog,
  })
}

/** prom-client's own set would start an event loop monitor, which wakes an idle process. */
function registerProcessGauges(registry: Registry) {
  new Counter({
    name: 'chatzuri_process_cpu_seconds_total',
    help: 'CPU time, user and system',
    registers: [registry],
    collect() {
      const { user, system } = process.cpuUsage()
      this.reset()
      this.inc((user + system) / 1e6)
    },
  })
  gauge(registry, {
    name: 'chatzuri_process_resident_memory_bytes',
    help: 'Resident memory',
    read: () => process.memoryUsage.rss(),
  })
  gauge(registry, {
    name: 'chatzuri_process_heap_used_bytes',
    help: 'JavaScript heap in use',
    read: () => process.memoryUsage().heapUsed,
  })
  gauge(registry, {
    name: 'chatzuri_process_uptime_seconds',
    help: 'Since the process started',
    read: () => process.uptime(),
  })
  gauge(registry, {
    name: 'chatzuri_event_loop_utilization_ratio',
    help: 'Share of time in which the event loop was busy, since the start',
    read: () => performance.eventLoopUtilization().utilization,
  })
}

function gauge(
  registry: Registry,
  { name, help, read }: { name: string; help: string; read: () => number | Promise<number> },
) {
  new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      try {
        this.set(await read())
      } catch {
        // A store that is away must not take the other figures with it.
        this.set(Number.NaN)
      }
    },
  })
}
