/**
 * Figures in Prometheus' text format (version 0.0.4): counters and histograms that are counted up where
 * something happens, gauges that are read when they are asked for. To count costs an addition: whoever
 * counts holds the counter, and looks for nothing by its labels.
 */

interface Named {
  name: string
  help: string
}

interface Counter {
  add(count: number): void
}

interface Histogram {
  observe(value: number): void
}

/** One of a kind for each combination of its labels' values, in their order. */
interface Labelled<Kind> {
  of(...values: string[]): Kind
}

interface Family extends Named {
  type: 'counter' | 'gauge' | 'histogram'
  lines(): string[] | Promise<string[]>
}

export class MetricRegistry {
  readonly contentType = 'text/plain; version=0.0.4; charset=utf-8'
  readonly #families: Family[] = []

  counters({ labels, ...named }: Named & { labels: readonly string[] }): Labelled<Counter> {
    return this.#labelled<CountedUp>('counter', named, {
      labels,
      make: () => new CountedUp(),
      lines: (series, shown) => [`${named.name}${inBraces(shown)} ${numberText(series.value)}`],
    })
  }

  counter(named: Named): Counter {
    return this.counters({ ...named, labels: [] }).of()
  }

  /** `buckets`: upper bounds, rising. */
  histograms(
    spec: Named & { labels: readonly string[]; buckets: readonly number[] },
  ): Labelled<Histogram> {
    const { labels, buckets, ...named } = spec
    return this.#labelled<Spread>('histogram', named, {
      labels,
      make: () => new Spread(buckets),
      lines: (series, shown) => series.lines(named.name, shown),
    })
  }

  histogram(spec: Named & { buckets: readonly number[] }): Histogram {
    return this.histograms({ ...spec, labels: [] }).of()
  }

  /** What can't be read is no number, and takes no other figure with it. */
  observed(type: 'gauge' | 'counter', named: Named, read: () => number | Promise<number>): void {
    const lines = async () => {
      const value = await Promise.try(read).catch(() => Number.NaN)
      return [`${named.name} ${numberText(value)}`]
    }
    this.#families.push({ ...named, type, lines })
  }

  async text(): Promise<string> {
    const texts = this.#families.map(async (family) => {
      const { name, help, type } = family
      const lines = await family.lines()
      return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines].join('\n')
    })
    return `${(await Promise.all(texts)).join('\n\n')}\n`
  }

  #labelled<Series>(
    type: 'counter' | 'histogram',
    named: Named,
    family: {
      labels: readonly string[]
      make(): Series
      /** `shown`: its labels, as they stand between the braces. */
      lines(series: Series, shown: string): string[]
    },
  ): Labelled<Series> {
    const known = new Map<string, Series>()
    const lines = () => [...known].flatMap(([shown, series]) => family.lines(series, shown))
    this.#families.push({ ...named, type, lines })
    return {
      of(...values) {
        const shown = family.labels
          .map((label, index) => `${label}="${escaped(values[index] ?? '')}"`)
          .join(',')
        const series = known.get(shown) ?? family.make()
        known.set(shown, series)
        return series
      },
    }
  }
}

class CountedUp implements Counter {
  value = 0

  add(count: number): void {
    this.value += count
  }
}

class Spread implements Histogram {
  readonly #bounds: readonly number[]
  /** How many were observed in each bucket and in none below it; the last has no bound. */
  readonly #counts: number[]
  #sum = 0

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = Array(bounds.length + 1).fill(0)
  }

  observe(value: number): void {
    let bucket = 0
    while (value > (this.#bounds[bucket] ?? Number.POSITIVE_INFINITY)) bucket += 1
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#sum += value
  }

  lines(name: string, shown: string): string[] {
    const others = shown === '' ? '' : `,${shown}`
    let count = 0
    const buckets = this.#counts.map((inBucket, index) => {
      count += inBucket
      const bound = numberText(this.#bounds[index] ?? Number.POSITIVE_INFINITY)
      return `${name}_bucket{le="${bound}"${others}} ${count}`
    })
    const braced = inBraces(shown)
    return [
      ...buckets,
      `${name}_sum${braced} ${numberText(this.#sum)}`,
      `${name}_count${braced} ${count}`,
    ]
  }
}

function inBraces(shown: string): string {
  return shown === '' ? '' : `{${shown}}`
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'Nan'
  return value === Number.POSITIVE_INFINITY ? '+Inf' : String(value)
}
