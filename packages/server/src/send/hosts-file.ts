/**
 * The machine's own table of names (/etc/hosts). Read asynchronously, and again only when the file
 * has changed; looked at once a second at most, so that a burst of connections costs one `stat`.
 */
import { readFile, stat } from 'node:fs/promises'
import { isIP } from 'node:net'
import type { Clock } from '../clock.ts'

interface HostsFile {
  /** Addresses in the file's order; empty when it doesn't know the name. Never rejects. */
  lookUp(name: string): Promise<string[]>
}

type Table = ReadonlyMap<string, string[]>

const CHECK_MS = 1_000

export function createHostsFile(path: string, clock: Clock): HostsFile {
  let table: Table = new Map()
  let version = ''
  let checkedAt = Number.NEGATIVE_INFINITY
  let checking: Promise<void> | null = null

  async function refresh(): Promise<void> {
    try {
      const { mtimeMs, size, ino } = await stat(path)
      const found = `${mtimeMs} ${size} ${ino}`
      if (found === version) return
      table = parseHosts(await readFile(path, 'utf8'))
      version = found
    } catch {
      // No file, or one that we may not read: the machine has no names of its own.
      table = new Map()
      version = ''
    }
  }

  return {
    async lookUp(name) {
      if (clock.monotonic() - checkedAt >= CHECK_MS) {
        checkedAt = clock.monotonic()
        checking = refresh().finally(() => {
          checking = null
        })
      }
      if (checking) await checking
      return table.get(name) ?? []
    },
  }
}

/** Lines of `address name alias… # comment`; what is no address is passed over. */
export function parseHosts(text: string): Table {
  const table = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const [ip = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    if (isIP(ip) === 0) continue
    for (const name of names) {
      const key = name.toLowerCase().replace(/\.$/, '')
      const known = table.get(key)
      if (known === undefined) table.set(key, [ip])
      else if (!known.includes(ip)) known.push(ip)
    }
  }
  return table
}
