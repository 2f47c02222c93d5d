/**
 * Every setting comes from the environment and is checked at start; a bad one is a `StartError`
 * that names it. The table below is also what `serve --help` prints.
 */
import { isIP } from 'node:net'
import { StartError } from '../errors.ts'
import type { LogLevel } from '../log.ts'
import { tidyContact, unseenIn } from '../text/typed-text.ts'
import {
  type EgressProxy,
  type PortRules,
  parseEgressProxy,
  parsePortRules,
} from './egress-settings.ts'

export interface Config {
  host: string
  port: number
  dataDir: string
  /** Null: the embedded database in `dataDir`. */
  databaseUrl: string | null
  roles: readonly Role[]
  adminKey: string | null
  /** 32 bytes. */
  encryptionKey: Buffer | null
  /** These open what they sealed, and seal nothing. */
  openingKeys: Buffer[]
  /** Null: `http://localhost:PORT` of the port that was bound. */
  publicUrl: string | null
  trustedProxies: string[]
  egressAllow: string[]
  /** Whether deliveries may reach this machine itself: development works with no setting. */
  egressAllowLoopback: boolean
  egressPortsDeny: PortRules
  egressProxy: EgressProxy | null
  /** Waits before each attempt of a series; the first is 0. */
  retryScheduleMs: number[]
  deliveryTimeoutMs: number
  disableAfterMs: number
  maxInFlight: number
  maxInFlightPerWebhook: number
  maxBacklog: number
  /** Requests a second; null: no limit. */
  ratePerKey: number | null
  maxConnections: number
  maxConnectionsPerAddress: number
  retentionMs: number
  leadRetentionMs: number | null
  /** How long a node may be silent before others take over what it had claimed. */
  leaseMs: number
  logLevel: LogLevel
}

type Role = 'api' | 'deliver'

interface Setting {
  name: string
  /** As it is written in the environment. */
  default: string
  meaning: string
}

export const SETTINGS: readonly Setting[] = [
  { name: 'HOST', default: '127.0.0.1', meaning: 'address to listen on' },
  { name: 'PORT', default: '8080', meaning: 'port to listen on; 0 picks a free one' },
  { name: 'DATA_DIR', default: './data', meaning: 'the embedded database and generated keys' },
  {
    name: 'DATABASE_URL',
    default: '',
    meaning: 'postgres://…: share this database among any number of servers',
  },
  { name: 'ADMIN_KEY', default: '', meaning: "the operator's key; else DATA_DIR/admin-key" },
  {
    name: 'ENCRYPTION_KEY',
    default: '',
    meaning: '32 bytes in base64, encrypts secrets at rest; else DATA_DIR/encryption-key',
  },
  {
    name: 'ENCRYPTION_KEYS_TO_OPEN',
    default: '',
    meaning: 'further keys, separated by commas, that open secrets and seal none: for a rotation',
  },
  { name: 'PUBLIC_URL', default: '', meaning: 'how browsers reach the server' },
  { name: 'TRUSTED_PROXIES', default: '', meaning: 'CIDRs whose X-Forwarded-* is believed' },
  {
    name: 'EGRESS_ALLOW',
    default: '',
    meaning: 'CIDRs that deliveries may reach though they are not public',
  },
  {
    name: 'EGRESS_PORTS_DENY',
    default: 'default',
    meaning: 'ports that deliveries may not reach: default,8443 adds, default,!9200 opens, or none',
  },
  {
    name: 'EGRESS_PROXY',
    default: '',
    meaning: 'http(s)://user:password@host:port: every delivery is a CONNECT through this proxy',
  },
  {
    name: 'RETRY_SCHEDULE',
    default: '0s,30s,2m,10m,30m,1h,2h,4h,8h,8h',
    meaning: 'waits before each attempt, ±10 %; the first is 0s',
  },
  { name: 'DELIVERY_TIMEOUT', default: '30s', meaning: "until an answer's headers, 1s to 120s" },
  {
    name: 'DISABLE_AFTER',
    default: '5d',
    meaning:
      'a webhook that failed for so long, five times at least, without a success is disabled',
  },
  { name: 'MAX_IN_FLIGHT', default: '256', meaning: 'requests open at a time' },
  { name: 'MAX_IN_FLIGHT_PER_WEBHOOK', default: '32', meaning: 'requests open at a time for one' },
  { name: 'MAX_BACKLOG', default: '10000000', meaning: 'unfinished deliveries; past it 503' },
  {
    name: 'RATE_LIMIT_PER_KEY',
    default: '10000',
    meaning: 'requests a second for each key, at each server; 0: no limit',
  },
  { name: 'MAX_CONNECTIONS', default: '10000', meaning: 'connections from clients' },
  {
    name: 'MAX_CONNECTIONS_PER_ADDRESS',
    default: '1000',
    meaning: 'connections from one address; TRUSTED_PROXIES are exempt',
  },
  { name: 'RETENTION', default: '30d', meaning: 'how long finished deliveries are kept' },
  { name: 'LEAD_RETENTION', default: '', meaning: 'how long leads are kept; else until deleted' },
  {
    name: 'LEASE',
    default: '30s',
    meaning: 'how long a node may be silent before others take over its deliveries, 2s to 10m',
  },
  { name: 'LOG_LEVEL', default: 'info', meaning: 'debug, info, warn, error or silent' },
  {
    name: 'ROLES',
    default: 'api,deliver',
    meaning: 'what this process does: api, deliver or both',
  },
]

type Environment = Record<string, string | undefined>

export function readConfig(environment: Environment): Config {
  const read = (name: string) => settingText(environment, name)
  const databaseUrl = parseDatabaseUrl(read('DATABASE_URL'))
  const host = read('HOST')
  const publicUrl = parsePublicUrl(read('PUBLIC_URL'))
  const egressProxy = parseProxy(read('EGRESS_PROXY'))
  return {
    host,
    port: parseWhole('PORT', read('PORT'), 0, 65_535),
    dataDir: read('DATA_DIR'),
    databaseUrl,
    roles: parseRoles(read('ROLES'), databaseUrl),
    adminKey: shared('ADMIN_KEY', parseAdminKey(read('ADMIN_KEY')), databaseUrl),
    encryptionKey: shared(
      'ENCRYPTION_KEY',
      parseEncryptionKey(read('ENCRYPTION_KEY')),
      databaseUrl,
    ),
    openingKeys: parseOpeningKeys(read('ENCRYPTION_KEYS_TO_OPEN')),
    publicUrl,
    trustedProxies: parseCidrs('TRUSTED_PROXIES', read('TRUSTED_PROXIES')),
    egressAllow: parseCidrs('EGRESS_ALLOW', read('EGRESS_ALLOW')),
    egressAllowLoopback:
      isLoopbackHost(host) &&
      (publicUrl === null || isLoopbackHost(new URL(publicUrl).hostname)) &&
      // Through a proxy elsewhere, loopback would be that machine's own.
      (egressProxy === null || isLoopbackHost(egressProxy.hostname)),
    egressPortsDeny: understood('EGRESS_PORTS_DENY', parsePortRules(read('EGRESS_PORTS_DENY'))),
    egressProxy,
    retryScheduleMs: parseSchedule(read('RETRY_SCHEDULE')),
    deliveryTimeoutMs: parseDuration(
      'DELIVERY_TIMEOUT',
      read('DELIVERY_TIMEOUT'),
      1_000,
      120 * 1_000,
    ),
    disableAfterMs: parseDuration('DISABLE_AFTER', read('DISABLE_AFTER'), 1_000),
    maxInFlight: parseWhole('MAX_IN_FLIGHT', read('MAX_IN_FLIGHT'), 2, 100_000),
    maxInFlightPerWebhook: parseWhole(
      'MAX_IN_FLIGHT_PER_WEBHOOK',
      read('MAX_IN_FLIGHT_PER_WEBHOOK'),
      1,
      10_000,
    ),
    maxBacklog: parseWhole('MAX_BACKLOG', read('MAX_BACKLOG'), 1, Number.MAX_SAFE_INTEGER),
    ratePerKey: parseWhole('RATE_LIMIT_PER_KEY', read('RATE_LIMIT_PER_KEY'), 0, 1e9) || null,
    maxConnections: parseWhole('MAX_CONNECTIONS', read('MAX_CONNECTIONS'), 10, 1_000_000),
    maxConnectionsPerAddress: parseWhole(
      'MAX_CONNECTIONS_PER_ADDRESS',
      read('MAX_CONNECTIONS_PER_ADDRESS'),
      1,
      1_000_000,
    ),
    retentionMs: parseDuration('RETENTION', read('RETENTION'), 60_000),
    leadRetentionMs:
      read('LEAD_RETENTION') === ''
        ? null
        : parseDuration('LEAD_RETENTION', read('LEAD_RETENTION'), 60_000),
    leaseMs: parseDuration('LEASE', read('LEASE'), 2_000, 600_000),
    logLevel: parseLogLevel(read('LOG_LEVEL')),
  }
}

/** An empty value is as good as none: `PORT= npm start` is what a shell script writes by mistake. */
function settingText(environment: Environment, name: string): string {
  const given = tidyContact(environment[name] ?? '')
  if (given) return given
  return SETTINGS.find((setting) => setting.name === name)?.default ?? ''
}

/** With a shared database every server needs the same key: none may make one of its own. */
function shared<Key>(name: string, key: Key | null, databaseUrl: string | null): Key | null {
  if (key !== null || databaseUrl === null) return key
  throw bad(name, 'is required with DATABASE_URL, the same for every server that shares it')
}

/** The URL's parser drops some of it in silence: what is stored or shown would be another one. */
function refuseUnseen(name: string, text: string): void {
  const unseen = unseenIn(text)
  if (unseen === null) return
  throw bad(name, `has a character in it that can't be seen (${unseen}): type it anew`)
}

function parseDatabaseUrl(text: string): string | null {
  if (text === '') return null
  refuseUnseen('DATABASE_URL', text)
  const protocol = URL.canParse(text) ? new URL(text).protocol : ''
  if (protocol === 'postgres:' || protocol === 'postgresql:') return text
  throw bad('DATABASE_URL', 'must be a URL like postgres://user:password@host:5432/database')
}

function parseRoles(text: string, databaseUrl: string | null): Role[] {
  const roles = [...new Set(text.split(',').map((role) => role.trim()))]
  for (const role of roles) {
    if (role !== 'api' && role !== 'deliver') {
      throw bad('ROLES', `knows api and deliver, not "${role}"`)
    }
  }
  if (databaseUrl === null && roles.length !== 2) {
    throw bad('ROLES', 'must be api,deliver with the embedded database: nobody else can share it')
  }
  return roles as Role[] // just checked, one by one
}

const UNIT_MS: Record<string, number> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** `500ms`, `30s`, `2m`, `1h`, `5d` to milliseconds. */
function parseDuration(
  name: string,
  text: string,
  minMs: number,
  maxMs = 3_650 * 86_400_000,
): number {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text)
  if (!match) throw bad(name, `must be a number with a unit (ms, s, m, h, d), not "${text}"`)
  const durationMs = Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? 0)
  if (durationMs < minMs || durationMs > maxMs) {
    throw bad(name, `must be between ${minMs / 1_000}s and ${maxMs / 1_000}s, not "${text}"`)
  }
  return durationMs
}

function parseSchedule(text: string): number[] {
  const waits = text
    .split(',')
    .map((wait) => parseDuration('RETRY_SCHEDULE', wait.trim(), 0, 7 * 86_400_000))
  if (waits[0] !== 0)
    throw bad('RETRY_SCHEDULE', 'must begin with 0s: the first attempt is at once')
  if (waits.length > 50) throw bad('RETRY_SCHEDULE', 'has at most 50 attempts')
  return waits
}

function parseWhole(name: string, text: string, min: number, max: number): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw bad(name, `must be a whole number from ${min} to ${max}, not "${text}"`)
  }
  return value
}

function parseCidrs(name: string, text: string): string[] {
  if (text === '') return []
  return text.split(',').map((part) => {
    const cidr = part.trim()
    const [address = '', bits] = cidr.split('/')
    const version = isIP(address)
    const bitsMax = version === 6 ? 128 : 32
    if (version === 0 || (bits !== undefined && !isWholeUpTo(bits, bitsMax))) {
      throw bad(name, `must be addresses or CIDRs like 10.0.0.0/8, not "${cidr}"`)
    }
    return bits === undefined ? `${address}/${bitsMax}` : cidr
  })
}

function parseProxy(text: string): EgressProxy | null {
  return text === '' ? null : understood('EGRESS_PROXY', parseEgressProxy(text))
}

/** What was parsed; a string is the sentence that says why it could not be. */
function understood<Value extends object>(name: string, parsed: Value | string): Value {
  if (typeof parsed === 'string') throw bad(name, parsed)
  return parsed
}

function isWholeUpTo(text: string, max: number): boolean {
  return /^\d{1,3}$/.test(text) && Number(text) <= max
}

function parseAdminKey(text: string): string | null {
  if (text === '') return null
  if (!/^[\x21-\x7e]{16,256}$/.test(text)) {
    throw bad('ADMIN_KEY', 'must be 16 to 256 printable ASCII characters without spaces')
  }
  return text
}

/** Also reads the key file's text. */
export function parseEncryptionKey(text: string, name = 'ENCRYPTION_KEY'): Buffer | null {
  if (text === '') return null
  const key = Buffer.from(text, 'base64')
  if (key.length !== 32 || !/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) {
    throw bad(name, 'must be 32 bytes in base64: `openssl rand -base64 32` makes one')
  }
  return key
}

/** Also of `migrate`, which has no other settings. */
export function parseOpeningKeys(text: string): Buffer[] {
  return text
    .split(',')
    .map((part) => parseEncryptionKey(part.trim(), 'ENCRYPTION_KEYS_TO_OPEN'))
    .filter((key) => key !== null)
}

function parsePublicUrl(text: string): string | null {
  if (text === '') return null
  refuseUnseen('PUBLIC_URL', text)
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw bad('PUBLIC_URL', `must be an http or https URL, not "${text}"`)
  }
  return url.href.replace(/\/$/, '')
}

function parseLogLevel(text: string): LogLevel {
  switch (text) {
    case 'debug':
    case 'info':
    case 'warn':
    case 'error':
    case 'silent':
      return text
    default:
      throw bad('LOG_LEVEL', `must be debug, info, warn, error or silent, not "${text}"`)
  }
}

function isLoopbackHost(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '')
  // Names below it, too: RFC 6761, 6.3.
  if (/^(?:.+\.)?localhost\.?$/i.test(name)) return true
  return name === '::1' || (isIP(name) === 4 && name.startsWith('127.'))
}

function bad(name: string, sentence: string): StartError {
  return new StartError(`${name} ${sentence}.`)
}
