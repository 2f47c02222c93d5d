import { expect, test } from 'vitest'
import { readConfig, SETTINGS } from './config.ts'

test('the defaults are those of the public contract', () => {
  expect(readConfig({})).toMatchObject({
    host: '127.0.0.1',
    port: 8080,
    dataDir: './data',
    egressAllowLoopback: true,
    deliveryTimeoutMs: 30_000,
    disableAfterMs: 5 * 86_400_000,
    maxInFlight: 256,
    maxInFlightPerWebhook: 32,
    maxBacklog: 10_000_000,
    ratePerKey: 10_000,
    maxConnections: 10_000,
    maxConnectionsPerAddress: 1_000,
    retentionMs: 30 * 86_400_000,
    leadRetentionMs: null,
    leaseMs: 30_000,
    logLevel: 'info',
  })
  const { retryScheduleMs } = readConfig({})
  expect(retryScheduleMs).toHaveLength(10)
  const total = retryScheduleMs.reduce((sum, wait) => sum + wait, 0)
  expect(total / 3_600_000).toBeCloseTo(23.7, 1)
})

test.each([
  [{ PORT: '80a' }, 'PORT'],
  [{ PORT: '70000' }, 'PORT'],
  [{ RETRY_SCHEDULE: '0s,5' }, 'RETRY_SCHEDULE'],
  [{ RETRY_SCHEDULE: '5s,5s' }, 'RETRY_SCHEDULE'],
  [{ DELIVERY_TIMEOUT: '500ms' }, 'DELIVERY_TIMEOUT'],
  [{ EGRESS_ALLOW: '10.0.0.0/33' }, 'EGRESS_ALLOW'],
  [{ EGRESS_ALLOW: 'intranet' }, 'EGRESS_ALLOW'],
  [{ ENCRYPTION_KEY: 'short' }, 'ENCRYPTION_KEY'],
  [{ ADMIN_KEY: 'short' }, 'ADMIN_KEY'],
  [{ PUBLIC_URL: 'ftp://x' }, 'PUBLIC_URL'],
  [{ PUBLIC_URL: 'https://ho\u00adoks.example' }, 'PUBLIC_URL'],
  [{ DATABASE_URL: 'postgres://x\u200b/y' }, 'DATABASE_URL'],
  [{ EGRESS_PROXY: 'http://pro\u2060xy:3128' }, 'EGRESS_PROXY'],
  [{ LEASE: '1s' }, 'LEASE'],
  [{ LEASE: '11m' }, 'LEASE'],
  [{ RATE_LIMIT_PER_KEY: '10/s' }, 'RATE_LIMIT_PER_KEY'],
  [{ MAX_CONNECTIONS: '0' }, 'MAX_CONNECTIONS'],
  [{ MAX_CONNECTIONS_PER_ADDRESS: 'many' }, 'MAX_CONNECTIONS_PER_ADDRESS'],
  [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL'],
  [{ ROLES: 'api' }, 'ROLES'],
  [{ ROLES: 'api,cook' }, 'ROLES'],
  [{ MAX_IN_FLIGHT: '0' }, 'MAX_IN_FLIGHT'],
  [{ DATABASE_URL: 'mysql://x' }, 'DATABASE_URL'],
  [{ DATABASE_URL: 'postgres://x/y' }, 'ADMIN_KEY'],
  [{ DATABASE_URL: 'postgres://x/y', ADMIN_KEY: 'a-key-of-16-chars' }, 'ENCRYPTION_KEY'],
  [{ EGRESS_PROXY: 'socks5://x' }, 'EGRESS_PROXY'],
  [{ EGRESS_PORTS_DENY: '25' }, 'EGRESS_PORTS_DENY'],
])('%j is refused by its name', (environment, name) => {
  expect(() => readConfig(environment)).toThrow(new RegExp(`^${name} `))
})

test('a server that others can reach does not deliver to itself', () => {
  const allowed = (environment: Record<string, string>) =>
    readConfig(environment).egressAllowLoopback
  expect(allowed({ HOST: '0.0.0.0' })).toBe(false)
  expect(allowed({ PUBLIC_URL: 'https://hooks.example.com' })).toBe(false)
  expect(allowed({ PUBLIC_URL: 'http://localhost:9000' })).toBe(true)
  expect(allowed({ PUBLIC_URL: 'http://chatzuri.localhost:9000' })).toBe(true)
  expect(allowed({ PUBLIC_URL: 'http://localhost.example.com' })).toBe(false)
  expect(allowed({ HOST: '::1' })).toBe(true)
})

test('a server behind a proxy elsewhere does not take loopback for itself', () => {
  const allowed = (proxy: string) => readConfig({ EGRESS_PROXY: proxy }).egressAllowLoopback
  expect(allowed('http://127.0.0.1:3128')).toBe(true)
  expect(allowed('http://proxy.internal:3128')).toBe(false)
})

test('an empty value is as good as none', () => {
  expect(readConfig({ PORT: '', LOG_LEVEL: ' ' }).port).toBe(8080)
})

test('every setting has a meaning to print', () => {
  for (const setting of SETTINGS) expect(setting.meaning.length).toBeGreaterThan(5)
})

test('a rate of 0 is no limit', () => {
  expect(readConfig({ RATE_LIMIT_PER_KEY: '0' }).ratePerKey).toBeNull()
})
