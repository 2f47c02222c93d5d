import { describe, expect, test } from 'vitest'
import { isWithin, narrowestCidr, readAddress, readCidr } from './address.ts'

function kindOf(text: string) {
  return readAddress(text)?.kind ?? 'no address'
}

function holds(cidrText: string, ip: string): boolean {
  const cidr = readCidr(cidrText)
  const address = readAddress(ip)
  return cidr !== null && address !== null && isWithin(address, cidr)
}

describe('the kind of an address', () => {
  test.each([
    ['8.8.8.8', 'public'],
    ['1.1.1.1', 'public'],
    ['9.255.255.255', 'public'],
    ['11.0.0.0', 'public'],
    ['100.63.255.255', 'public'],
    ['100.128.0.0', 'public'],
    ['172.15.255.255', 'public'],
    ['172.32.0.0', 'public'],
    ['223.255.255.255', 'public'],
    ['2606:4700:4700::1111', 'public'],
    ['2001:4860:4860::8888', 'public'],
    ['2001:200::1', 'public'],
    ['2a00:1450:4001:81b::200e', 'public'],
    ['0.0.0.0', 'unspecified'],
    ['127.0.0.1', 'loopback'],
    ['10.0.0.1', 'private'],
    ['100.64.0.1', 'carrier-grade-nat'],
    ['169.254.1.1', 'link-local'],
    ['169.254.169.254', 'metadata'],
    ['100.100.100.200', 'metadata'],
    ['fd00:ec2::254', 'metadata'],
    ['192.0.2.1', 'documentation'],
    ['198.18.0.1', 'benchmarking'],
    ['224.0.0.1', 'multicast'],
    ['255.255.255.255', 'broadcast'],
    ['250.0.0.1', 'reserved'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['::7f00:1', 'ipv4-compatible'],
    ['::ffff:8.8.8.8', 'ipv4-mapped'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:10.0.0.1', 'private'],
    ['::ffff:0:7f00:1', 'nat64'],
    ['64:ff9b::808:808', 'nat64'],
    ['64:ff9b:1::1', 'nat64'],
    ['2002:808:808::1', '6to4'],
    ['2001::1', 'teredo'],
    ['2a00:1450::5efe:7f00:1', 'isatap'],
    ['2a00:1450::200:5efe:a00:5', 'isatap'],
    ['2a00:1450::100:5efe:a00:5', 'public'],
    ['fe80::5efe:7f00:1', 'link-local'],
    ['2001:10::1', 'orchid'],
    ['2001:2f:ffff::1', 'orchid'],
    ['2001:1ff::1', 'reserved'],
    ['2001:db8::1', 'documentation'],
    ['3fff:fff::1', 'documentation'],
    ['5f00::1', 'segment-routing'],
    ['100::1', 'discard'],
    ['fc00::1', 'private'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['fec0::1', 'site-local'],
    ['ff02::1', 'multicast'],
    ['4000::1', 'reserved'],
    ['2606:4700::1%eth0', 'zoned'],
  ])('%s is %s', (text, kind) => {
    expect(kindOf(text)).toBe(kind)
  })

  test('the dotted spelling of a compatible address is not taken for a mapped one', () => {
    expect(kindOf('::127.0.0.1')).toBe('ipv4-compatible')
    expect(kindOf('::8.8.8.8')).toBe('ipv4-compatible')
  })

  test.each(['', 'example.com', '127.1', '010.0.0.1', '0x7f.0.0.1', '1.2.3', '[::1]', '::1/128'])(
    'what the system would not dial as written is no address: "%s"',
    (text) => {
      expect(readAddress(text)).toBeNull()
    },
  )
})

describe('a CIDR', () => {
  test('holds the addresses of its family, with host bits or without', () => {
    expect(holds('10.0.0.0/8', '10.255.0.1')).toBe(true)
    expect(holds('10.1.2.3/8', '10.255.0.1')).toBe(true)
    expect(holds('10.0.0.0/8', '11.0.0.1')).toBe(false)
    expect(holds('fd00::/8', 'fd12::1')).toBe(true)
    expect(holds('fd00::/8', 'fe80::1')).toBe(false)
    expect(holds('0.0.0.0/0', '10.0.0.1')).toBe(true)
    expect(holds('0.0.0.0/0', 'fd00::1')).toBe(false)
    expect(holds('192.168.1.7', '192.168.1.7')).toBe(true)
    expect(holds('192.168.1.7', '192.168.1.8')).toBe(false)
  })

  test('of IPv4 holds mapped addresses, however either of them is spelled', () => {
    expect(holds('10.0.0.0/8', '::ffff:10.0.0.5')).toBe(true)
    expect(holds('::ffff:10.0.0.0/104', '10.0.0.5')).toBe(true)
    expect(holds('::ffff:10.0.0.0/104', '::ffff:a00:5')).toBe(true)
  })

  test('of IPv4 holds no other form that carries an IPv4 address', () => {
    for (const ip of ['::10.0.0.5', '64:ff9b::10.0.0.5', '2002:a00:5::1', '::ffff:0:10.0.0.5']) {
      expect(holds('10.0.0.0/8', ip), ip).toBe(false)
      expect(holds('0.0.0.0/0', ip), ip).toBe(false)
    }
  })

  test.each([
    '10.0.0.0/33',
    '10.0.0/8',
    '010.0.0.0/8',
    'fd00::/129',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    'x/8',
    '',
    'fe80::1%eth0/64',
    '10.0.0.0/-1',
  ])('is refused when it is none: "%s"', (text) => {
    expect(readCidr(text)).toBeNull()
  })

  test('the narrowest one holds its address', () => {
    for (const ip of ['10.0.0.5', '::ffff:10.0.0.5', '::127.0.0.1', 'fe80::1%eth0', '2002::1']) {
      const address = readAddress(ip)
      expect(address && holds(narrowestCidr(address), ip), ip).toBe(true)
    }
  })
})
