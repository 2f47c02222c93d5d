import { expect, test } from 'vitest'
import { wideRanges } from './wide-ranges.ts'

test.each([
  ['0.0.0.0/0', /this machine itself.*private networks.*link-local/],
  ['::/0', /this machine itself.*private networks.*link-local/],
  ['::ffff:0:0/96', /this machine itself.*private networks.*link-local/],
  ['0.0.0.0/1', /private networks/],
  ['128.0.0.0/1', /private networks.*link-local/],
  ['10.0.0.0/7', /^private networks$/],
  ['172.0.0.0/8', /^private networks$/],
  ['192.168.0.0/15', /^private networks$/],
  ['100.0.0.0/8', /^networks behind carrier-grade NAT$/],
  ['126.0.0.0/7', /^this machine itself$/],
  ['168.0.0.0/7', /^link-local addresses$/],
  ['169.254.0.0/16', /^link-local addresses$/],
  ['169.254.169.0/24', /^link-local addresses$/],
  ['fe80::/10', /^link-local addresses$/],
  ['fe80::/9', /link-local addresses/],
  ['f000::/4', /private networks.*link-local/],
  ['169.254.169.254/32', /metadata service/],
  ['169.254.169.254', /metadata service/],
  ['fd00:ec2::254/128', /metadata service/],
])('%s is warned about, and of what it opens', (range, opens) => {
  expect(wideRanges([range]).map((wide) => wide.opens.join(', '))).toEqual([
    expect.stringMatching(opens),
  ])
})

test.each([
  '10.0.0.0/8',
  '10.1.2.0/24',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '192.168.1.5/32',
  '127.0.0.1/32',
  '127.0.0.0/8',
  '::1/128',
  'fc00::/7',
  'fd00::/8',
  '100.64.0.0/10',
  '169.254.7.7/32',
  '203.0.113.0/24',
  '8.8.8.0/24',
])('%s says what it means', (range) => {
  expect(wideRanges([range])).toEqual([])
})
