import { describe, expect, test } from 'vitest'
import { hostsThatLead, NOT_HOSTS } from '../../test/send/forbidden-hosts.ts'
import { StartError } from '../errors.ts'
import { parsePortRules } from '../settings/egress-settings.ts'
import { createGuard } from './guard.ts'

function setup({ allow = [] as string[], allowLoopback = false } = {}) {
  const guard = createGuard({ allow, allowLoopback })
  return { guard, check: (url: string) => guard.checkUrl(new URL(url)) }
}

const FORBIDDEN = hostsThatLead('here', 'machine', 'itself', 'elsewhere')

describe('at set-up', () => {
  test('the table of forbidden hosts has at least a hundred spellings', () => {
    expect(new Set(FORBIDDEN).size).toBeGreaterThanOrEqual(100)
  })

  test.each(FORBIDDEN)('%s is refused, over http and https', (host) => {
    const { check } = setup()
    expect(check(`http://${host}/hook`)?.reason).toBe('private-address')
    expect(check(`https://user:secret@${host}:8443/hook`)?.reason).toBe('private-address')
  })

  test.each(FORBIDDEN)('%s: the setting that the message suggests would allow it', (host) => {
    const { message = '' } = setup().check(`http://${host}/`) ?? {}
    const suggested = /EGRESS_ALLOW=(\S+) on the server would allow it$/.exec(message)?.[1] ?? ''
    const { check } = setup({ allow: suggested.split(',') })
    expect(check(`http://${host}/`), message).toBeNull()
  })

  test.each(hostsThatLead('itself', 'elsewhere'))(
    '%s stays refused for a server that may deliver to loopback',
    (host) => {
      expect(setup({ allowLoopback: true }).check(`http://${host}/`)?.reason).toBe(
        'private-address',
      )
    },
  )

  test.each(hostsThatLead('here', 'machine'))(
    '%s is open to a server that may deliver to loopback',
    (host) => {
      expect(setup({ allowLoopback: true }).check(`http://${host}/`)).toBeNull()
    },
  )

  test.each(NOT_HOSTS)('%s is no host that a URL can have', (host) => {
    expect(() => new URL(`http://${host}/`)).toThrow()
  })

  test.each([
    'https://example.com/hook',
    'http://example.com:8080/',
    'https://hooks.example.com./x',
    'https://8.8.8.8/',
    'https://[2606:4700:4700::1111]/',
    'https://bücher.example/',
    'https://notlocalhost/',
    'https://localhost.example.com/',
  ])('%s is allowed', (url) => {
    expect(setup().check(url)).toBeNull()
  })

  test.each(['ftp://example.com/', 'file:///etc/passwd', 'gopher://x/', 'javascript:alert(1)'])(
    '%s is refused for its scheme',
    (url) => {
      expect(setup().check(url)).toMatchObject({ reason: 'scheme' })
    },
  )

  test.each([22, 25, 53, 110, 143, 465, 587, 993, 2049, 2375, 3306, 5432, 6379, 6667, 9200, 11211])(
    'port %i is refused, also where the address is allowed',
    (port) => {
      const blocked = setup().check(`http://example.com:${port}/`)
      expect(blocked).toMatchObject({ reason: 'port' })
      expect(blocked?.message).toContain(`Port ${port} belongs to another protocol`)
      const { guard } = setup({ allow: ['10.0.0.0/8'] })
      expect(guard.checkAddress('10.0.0.5', port)?.reason).toBe('port')
    },
  )

  test.each([80, 443, 3000, 5000, 8000, 8080, 8443, 9000])('port %i is open', (port) => {
    expect(setup().check(`http://example.com:${port}/`)).toBeNull()
  })

  test('EGRESS_PORTS_DENY shuts and opens ports, as the message says', () => {
    const withPorts = (rules: string) => {
      const ports = parsePortRules(rules)
      if (typeof ports === 'string') throw new Error(ports)
      return createGuard({ allow: [], allowLoopback: false, ports })
    }
    const message = setup().check('http://example.com:9200/')?.message ?? ''
    const [, suggested = ''] = /EGRESS_PORTS_DENY=(\S+) on the server would/.exec(message) ?? []
    expect(withPorts(suggested).checkAddress('8.8.8.8', 9200)).toBeNull()
    expect(withPorts(suggested).checkAddress('8.8.8.8', 6379)?.reason).toBe('port')
    expect(withPorts('none').checkAddress('8.8.8.8', 25)).toBeNull()
    expect(withPorts('default,8443').checkAddress('8.8.8.8', 8443)?.message).toContain(
      'Port 8443 is shut on this server',
    )
  })

  test.each(['metadata.google.internal', 'METADATA.google.internal.', 'instance-data'])(
    "%s, the name of a cloud's metadata service, is refused before it is asked",
    (host) => {
      expect(setup().check(`http://${host}/`)?.message).toContain('metadata service')
      const { check } = setup({ allow: ['169.254.169.254/32'] })
      expect(check(`http://${host}/`)).toBeNull()
    },
  )

  test('port 0 is refused', () => {
    expect(setup().check('http://example.com:0/')?.reason).toBe('port')
  })

  test('localhost is open when one of its two addresses is allowed', () => {
    expect(setup({ allow: ['127.0.0.0/8'] }).check('http://localhost/')).toBeNull()
    expect(setup({ allow: ['::1/128'] }).check('http://localhost/')).toBeNull()
    expect(setup({ allow: ['10.0.0.0/8'] }).check('http://localhost/')?.reason).toBe(
      'private-address',
    )
  })
})

describe('at dial time', () => {
  test('the message says what the address is and which setting would allow it', () => {
    const { guard } = setup()
    expect(guard.checkAddress('10.0.0.5', 80)?.message).toBe(
      '10.0.0.5 is a private address; EGRESS_ALLOW=10.0.0.5/32 on the server would allow it',
    )
    expect(guard.checkAddress('::ffff:10.0.0.5', 80)?.message).toBe(
      '::ffff:10.0.0.5 (10.0.0.5) is a private address; EGRESS_ALLOW=10.0.0.5/32 on the server would allow it',
    )
    expect(guard.checkAddress('fe80::1%eth0', 80)?.message).toContain('EGRESS_ALLOW=fe80::1/128')
  })

  test('what is no plain address is refused, whatever is allowed', () => {
    const { guard } = setup({ allow: ['0.0.0.0/0', '::/0'], allowLoopback: true })
    for (const ip of ['', 'localhost', '127.1', '0177.0.0.1', 'example.com', '[::1]']) {
      expect(guard.checkAddress(ip, 80), ip).not.toBeNull()
    }
  })

  test('EGRESS_ALLOW opens what it holds and nothing else', () => {
    const { guard } = setup({ allow: ['10.0.0.0/8', 'fd00::/8'] })
    expect(guard.checkAddress('10.9.8.7', 80)).toBeNull()
    expect(guard.checkAddress('::ffff:10.9.8.7', 80)).toBeNull()
    expect(guard.checkAddress('fd12::1', 80)).toBeNull()
    expect(guard.checkAddress('192.168.0.1', 80)).not.toBeNull()
    expect(guard.checkAddress('127.0.0.1', 80)).not.toBeNull()
    expect(guard.checkAddress('64:ff9b::10.9.8.7', 80)).not.toBeNull()
    expect(guard.checkAddress('::10.9.8.7', 80)).not.toBeNull()
  })

  test("a wide CIDR does not open a cloud's metadata service; its own address does", () => {
    const wide = setup({ allow: ['0.0.0.0/0', 'fc00::/7', '100.64.0.0/10'] }).guard
    for (const ip of ['169.254.169.254', '100.100.100.200', 'fd00:ec2::254']) {
      expect(wide.checkAddress(ip, 80)?.message, ip).toContain('metadata')
    }
    expect(wide.checkAddress('169.254.1.1', 80)).toBeNull()
    const own = setup({ allow: ['169.254.169.254/32'] }).guard
    expect(own.checkAddress('169.254.169.254', 80)).toBeNull()
  })

  test('a setting that is no CIDR stops the start and is named', () => {
    expect(() => setup({ allow: ['10.0.0.0/99'] })).toThrow(StartError)
    expect(() => setup({ allow: ['intranet'] })).toThrow(/EGRESS_ALLOW.*intranet/)
  })
})
