import { expect, test } from 'vitest'
import { parseEgressProxy, parsePortRules } from './egress-settings.ts'

test('port rules stand on the built-in list or on nothing, and open or shut single ports', () => {
  expect(parsePortRules('default')).toEqual({ fromDefault: true, deny: [], open: [] })
  expect(parsePortRules('none')).toEqual({ fromDefault: false, deny: [], open: [] })
  expect(parsePortRules('default, 8443 ,!9200')).toEqual({
    fromDefault: true,
    deny: [8443],
    open: [9200],
  })
  expect(parsePortRules('none,6665-6668')).toMatchObject({ deny: [6665, 6666, 6667, 6668] })
})

test.each(['25', '', 'default,', 'none,0', 'none,65536', 'none,9-5', 'none,smtp', 'all', '!25'])(
  'port rules "%s" are refused in a sentence',
  (text) => {
    expect(parsePortRules(text)).toEqual(expect.stringMatching(/^(must|has) /))
  },
)

test('a proxy is a host, a port, and its credentials as they are sent', () => {
  expect(parseEgressProxy('http://proxy.internal:3128')).toEqual({
    secure: false,
    hostname: 'proxy.internal',
    port: 3128,
    authorization: null,
  })
  expect(parseEgressProxy('https://us%20er:p%40ss@[fd00::7]/')).toEqual({
    secure: true,
    hostname: 'fd00::7',
    port: 443,
    authorization: `Basic ${btoa('us er:p@ss')}`,
  })
})

test.each([
  'proxy.internal:3128',
  'socks5://proxy:1080',
  'http://proxy/path',
  'http://proxy/?x',
  'http://us%3Aer:secret@proxy',
  'http://%ff:secret@proxy',
  'http://',
])('a proxy "%s" is refused in a sentence that keeps its password', (text) => {
  const refusal = parseEgressProxy(text)
  expect(refusal).toEqual(expect.stringMatching(/^(must|has) /))
  expect(refusal).not.toContain('secret')
})
