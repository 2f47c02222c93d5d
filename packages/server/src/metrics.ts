/**
 * What Prometheus reads. Everything is measured where it happens or looked up when it is asked for:
 * nothing here runs by a timer. Names begin with `chatzuri_`; once published they stay.
 */
import { MetricRegistry } from './metric-registry.ts'

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
  const registry = new MetricRegistry()
  registerProcessGauges(registry)
  const events = registry.counter({
    name: 'chatzuri_events_accepted_total',
    help: 'Events that were accepted and stored',
  })
  const attempts = registry.histograms({
    name: 'chatzuri_attempt_duration_seconds',
    help: 'Attempts, by result and until their answer',
    labels: ['result'],
    buckets: ATTEMPT_SECONDS,
  })
  const finished = registry.counters({
    name: 'chatzuri_deliveries_finished_total',
    help: 'Deliveries that reached a state in which nothing more is sent',
    labels: ['state'],
  })
  const failures = registry.counters({
    name: 'chatzuri_sign_in_failures_total',
    help: 'Keys, sessions and owner links that were refused',
    labels: ['way'],
  })
  const refused = registry.counters({
    name: 'chatzuri_requests_refused_total',
    help: 'Requests and connections that were turned away by a limit, by its reason',
    labels: ['reason'],
  })
  const commits = registry.histogram({
    name: 'chatzuri_store_commit_duration_seconds',
    help: 'Commits of the store',
    buckets: COMMIT_SECONDS,
  })
  const attemptsOf = kept((result: string) => attempts.of(result))
  const finishedIn = kept((state: string) => finished.of(state))
  return {
    eventsAccepted: (count) => events.add(count),
    attempted: ({ result, durationSeconds }) => attemptsOf(result).observe(durationSeconds),
    signInFailed: (way) => failures.of(way).add(1),
    deliveryFinished: (state) => finishedIn(state).add(1),
    requestAnswered: requestHistogram(registry),
    requestRefused: (reason) => refused.of(reason).add(1),
    committed: (durationSeconds) => commits.observe(durationSeconds),
    observe: (gauges) => registerObserved(registry, gauges),
    text: () => registry.text(),
    contentType: registry.contentType,
  }
}

/** What was found is kept: there are few. */
function kept<Key, Kind>(find: (key: Key) => Kind): (key: Key) => Kind {
  const found = new Map<Key, Kind>()
  return (key) => {
    let known = found.get(key)
    if (known === undefined) {
      known = find(key)
      found.set(key, known)
    }
    return known
  }
}

function requestHistogram(registry: MetricRegistry): Metrics['requestAnswered'] {
  const requests = registry.histograms({
    name: 'chatzuri_http_request_duration_seconds',
    help: 'Requests to this server, by route and status',
    labels: ['method', 'route', 'status'],
    buckets: REQUEST_SECONDS,
  })
  // Step by step: a key of all three would be a new text for each request.
  const seriesOf = kept((route: string) =>
    kept((method: string) =>
      kept((statusCode: number) => requests.of(method, route, String(statusCode))),
    ),
  )
  return ({ method, route, statusCode }, durationSeconds) =>
    seriesOf(route)(method)(statusCode).observe(durationSeconds)
}

function registerObserved(registry: MetricRegistry, gauges: ObservedGauges) {
  registry.observed(
    'gauge',
    { name: 'chatzuri_requests_in_flight', help: 'Requests to endpoints that are open' },
    gauges.inFlight,
  )
  registry.observed(
    'gauge',
    { name: 'chatzuri_lanes', help: 'Webhooks that have work in this process' },
    gauges.lanes,
  )
  registry.observed(
    'gauge',
    {
      name: 'chatzuri_deliveries_queued',
      help: 'Deliveries held by this process and not sent yet',
    },
    gauges.queued,
  )
  registry.observed(
    'gauge',
    { name: 'chatzuri_backlog', help: 'Unfinished deliveries in the store' },
    gauges.backlog,
  )
}

/** Read when they are asked for: an event loop monitor would wake an idle process. */
function registerProcessGauges(registry: MetricRegistry) {
  registry.observed(
    'counter',
    { name: 'chatzuri_process_cpu_seconds_total', help: 'CPU time, user and system' },
    () => {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1e6
    },
  )
  registry.observed(
    'gauge',
    { name: 'chatzuri_process_resident_memory_bytes', help: 'Resident memory' },
    () => process.memoryUsage.rss(),
  )
  registry.observed(
    'gauge',
    { name: 'chatzuri_process_heap_used_bytes', help: 'JavaScript heap in use' },
    () => process.memoryUsage().heapUsed,
  )
  registry.observed(
    'gauge',
    { name: 'chatzuri_process_uptime_seconds', help: 'Since the process started' },
    () => process.uptime(),
  )
  registry.observed(
    'gauge',
    {
      name: 'chatzuri_event_loop_utilization_ratio',
      help: 'Share of time in which the event loop was busy, since the start',
    },
    () => performance.eventLoopUtilization().utilization,
  )
}
