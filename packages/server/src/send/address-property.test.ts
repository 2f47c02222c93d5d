/**
 * Random spellings of random addresses, against Node's own `net.BlockList` with the ranges written
 * down a second time, and nothing that a stranger types makes the parser throw.
 */
import { BlockList, isIP } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isWithin, readAddress, readCidr } from './address.ts'
import { createGuard } from './guard.ts'

/** IANA's special-purpose registries, and what is not global unicast. */
const NOT_PUBLIC = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
  '168.63.129.16/32',
  '100.100.100.200/32',
  '::/3',
  '4000::/2',
  '8000::/1',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '2620:4f:8000::/48',
  '3fff::/20',
]
/** Apart: to Node, an IPv6 range holds IPv4 addresses too, as mapped ones. */
const notPublic4 = blockList(NOT_PUBLIC.filter((cidr) => !cidr.includes(':')))
const notPublic6 = blockList(NOT_PUBLIC.filter((cidr) => cidr.includes(':')))
const guard = createGuard({ allow: [], allowLoopback: false })

function blockList(cidrs: readonly string[]): BlockList {
  const list = new BlockList()
  for (const cidr of cidrs) {
    const [base = '', bits] = cidr.split('/')
    list.addSubnet(base, Number(bits), base.includes(':') ? 'ipv6' : 'ipv4')
  }
  return list
}

/** Half of them near the edge of a range, where mistakes live. */
const ipv4 = fc.oneof(
  fc.nat(0xffffffff),
  fc
    .tuple(
      fc.constantFrom(...NOT_PUBLIC.filter((cidr) => !cidr.includes(':'))),
      fc.integer({ min: -2, max: 2 }),
      fc.boolean(),
    )
    .map(([cidr, step, atEnd]) => {
      const [base = '', bits] = cidr.split('/')
      const first = base.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
      return wrapped(first + (atEnd ? 2 ** (32 - Number(bits)) : 0) + step)
    }),
)
const HEADS = [
  [0x64, 0xff9b],
  [0x64, 0xff9b, 1],
  [0x2001],
  [0x2001, 0xdb8],
  [0x2002],
  [0x2a00, 0x1450],
  [0x3fff],
  [0xfc00],
  [0xfe80],
  [0xff02],
  [0x2620, 0x4f, 0x8000],
  [0x2606, 0x4700],
  [0, 0, 0, 0, 0, 0xffff],
  [0, 0, 0, 0, 0xffff, 0],
  [0, 0, 0, 0, 0, 0],
  [0x1fff],
  [0x4000],
]
const group = fc.oneof(fc.nat(0xffff), fc.constantFrom(0, 0, 0, 1, 0xffff))
const ipv6 = fc
  .tuple(fc.constantFrom([], ...HEADS), fc.array(group, { minLength: 8, maxLength: 8 }))
  .map(([head, tail]) => [...head, ...tail].slice(0, 8))

function wrapped(value: number): number {
  return ((value % 2 ** 32) + 2 ** 32) % 2 ** 32
}

function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join('.')
}

const radix = fc.constantFrom(8, 10, 16)
const bit = fc.boolean()

/** One to four parts, each in its own notation, then look-alike letters, then a dot. */
const spelledIpv4 = fc
  .record({
    value: ipv4,
    parts: fc.integer({ min: 1, max: 4 }),
    radixes: fc.array(radix, { minLength: 4, maxLength: 4 }),
    zeros: fc.nat(3),
    upper: bit,
    disguise: fc.infiniteStream(fc.integer({ min: 0, max: 5 })),
    dot: bit,
  })
  .map(({ value, parts, radixes, zeros, upper, disguise, dot }) => {
    const leading = Array.from({ length: parts - 1 }, (_, i) => (value >>> (24 - 8 * i)) & 0xff)
    const last = parts === 1 ? value : value % 2 ** (8 * (5 - parts))
    const text = [...leading, last]
      .map((part, i) => inRadix(part, radixes[i] ?? 10, zeros))
      .join('.')
    const cased = upper ? text.toUpperCase() : text
    const disguised = [...cased].map((letter) => disguiseOf(letter, disguise.next().value ?? 0))
    return { value, text: `${disguised.join('')}${dot ? '.' : ''}` }
  })

function inRadix(part: number, base: number, zeros: number): string {
  if (base === 10) return String(part)
  return `${base === 8 ? '0' : '0x'}${'0'.repeat(zeros)}${part.toString(base)}`
}

function disguiseOf(letter: string, choice: number): string {
  if (choice === 0) return encodeURIComponent(letter).replace(/^[^%]$/, percent)
  if (letter === '.') return choice === 1 ? '。' : choice === 2 ? '．' : letter
  if (choice === 1) return String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0)
  return letter
}

function percent(letter: string): string {
  return `%${letter.charCodeAt(0).toString(16)}`
}

/** Groups with leading zeros, any run of zeros as `::`, the last two dotted, in any case. */
const spelledIpv6 = fc
  .record({
    groups: ipv6,
    zeros: fc.nat(3),
    upper: bit,
    dottedTail: bit,
    from: fc.nat(7),
    length: fc.integer({ min: 1, max: 8 }),
  })
  .map(({ groups, zeros, upper, dottedTail, from, length }) => {
    const words = groups.map((word) => word.toString(16).padStart(zeros + 1, '0'))
    const [seventh = 0, eighth = 0] = groups.slice(6)
    if (dottedTail) words.splice(6, 2, dotted(seventh * 0x10000 + eighth))
    const to = Math.min(from + length, dottedTail ? 6 : 8)
    const canShorten = from < to && groups.slice(from, to).every((word) => word === 0)
    const text = canShorten
      ? `${words.slice(0, from).join(':')}::${words.slice(to).join(':')}`
      : words.join(':')
    return { groups, text: upper ? text.toUpperCase() : text }
  })

function isPublic(url: string): boolean {
  return guard.checkUrl(new URL(url)) === null
}

/** ISATAP hides under any prefix: not a range, so not in the oracle. */
function isIsatap(groups: readonly number[]): boolean {
  return groups[5] === 0x5efe && (groups[4] === 0 || groups[4] === 0x200)
}

test('an IPv4 address is what it is, in every spelling that a URL takes', () => {
  fc.assert(
    fc.property(spelledIpv4, ({ value, text }) => {
      const expected = !notPublic4.check(dotted(value), 'ipv4')
      expect(isPublic(`http://${text}:8080/`), text).toBe(expected)
      expect(guard.checkAddress(dotted(value), 8080) === null).toBe(expected)
    }),
    { numRuns: 2_000 },
  )
})

test('an IPv6 address is what it is, in every spelling', () => {
  fc.assert(
    fc.property(spelledIpv6, ({ groups, text }) => {
      const plain = groups.map((word) => word.toString(16)).join(':')
      const expected = !notPublic6.check(plain, 'ipv6') && !isIsatap(groups)
      expect(isPublic(`http://[${text}]:8080/`), text).toBe(expected)
      for (const spelling of [plain, text]) {
        expect(guard.checkAddress(spelling, 8080) === null, spelling).toBe(expected)
      }
    }),
    { numRuns: 2_000 },
  )
})

test('a CIDR holds what net.BlockList says that it holds', () => {
  const cidr = fc.oneof(
    fc.tuple(ipv4.map(dotted), fc.nat(32)),
    fc.tuple(
      ipv6.map((groups) => groups.map((word) => word.toString(16)).join(':')),
      fc.nat(128),
    ),
  )
  fc.assert(
    fc.property(cidr, ipv4, ipv6, fc.nat(128), ([base, bits], value, groups, same) => {
      const parsed = readCidr(`${base}/${bits}`)
      const list = blockList([`${base}/${bits}`])
      const near = groups.map((word, i) =>
        i * 16 < same ? Number(`0x${base.split(':')[i]}`) : word,
      )
      const six = (base.includes(':') ? near : groups).map((word) => word.toString(16)).join(':')
      for (const ip of [dotted(value), six, base]) {
        const address = readAddress(ip)
        if (parsed === null || address === null) throw new Error(`Not read: ${base} ${ip}`)
        // As above, and mapped addresses the other way round; here a family is a family.
        if (parsed.ip.kind() !== address.ip.kind()) continue
        if (/^0:0:0:0:0:ffff:/.test(base) || /^0:0:0:0:0:ffff:/.test(ip)) continue
        expect(isWithin(address, parsed), `${ip} in ${base}/${bits}`).toBe(
          list.check(ip, ip.includes(':') ? 'ipv6' : 'ipv4'),
        )
      }
    }),
    { numRuns: 1_000 },
  )
})

test('whatever text comes, it is read or refused, never thrown at', () => {
  const nearly = fc
    .array(fc.constantFrom(...'0123456789abcdefxX.:/%[]-ffff lo\u0000'), { maxLength: 48 })
    .map((letters) => letters.join(''))
  fc.assert(
    fc.property(fc.oneof(nearly, fc.string({ unit: 'binary' })), (text) => {
      expect(readAddress(text) !== null).toBe(isIP(text) !== 0)
      const cidr = readCidr(text)
      if (cidr !== null) expect(isIP(text.trim().split('/')[0] ?? '')).not.toBe(0)
      expect(guard.checkAddress(text, 80) === null).toBe(
        isIP(text) !== 0 && readAddress(text)?.kind === 'public',
      )
      if (URL.canParse(`http://${text}/`)) guard.checkUrl(new URL(`http://${text}/`))
    }),
    { numRuns: 2_000 },
  )
})
