import { expect, test } from 'vitest'
import { mailLink, phoneLink } from './contact-links.ts'

test.each([
  ['ann@example.com', 'mailto:ann@example.com'],
  ['ann+news@exämple.de', 'mailto:ann%2Bnews@ex%C3%A4mple.de'],
  ['a?bcc=all@b.co', 'mailto:a%3Fbcc%3Dall@b.co'],
  ['a@b.co?subject=x&bcc=y', 'mailto:a@b.co%3Fsubject%3Dx%26bcc%3Dy'],
  ['a,b@c.de', 'mailto:a%2Cb@c.de'],
  ['"a@b"@c.de', 'mailto:%22a%40b%22@c.de'],
  ['a%0d%0aX@b.co', 'mailto:a%250d%250aX@b.co'],
])('%s is written to as %s', (email, link) => {
  expect(mailLink(email)).toBe(link)
})

test.each([[''], ['ann'], ['@b.co'], ['ann@'], ['\ud800@b.co']])('%j is no address', (email) => {
  expect(mailLink(email)).toBeNull()
})

test.each([
  ['+254700000000', 'tel:+254700000000'],
  ['+254 (700) 000-000', 'tel:+254700000000'],
  ['+44 (0)20 7946 0000', 'tel:+442079460000'],
  ['030/123.456', 'tel:030123456'],
  ['＋４９ ３０ １２３', 'tel:+4930123'],
  ['112', 'tel:112'],
])('%s is called as %s', (phone, link) => {
  expect(phoneLink(phone)).toBe(link)
})

test.each([
  [''],
  ['ask for Ann'],
  ['0700 000 000 ext. 12'],
  ['0700000000 / 0711000000'],
  ['+1 +2 333'],
  ['12+34567'],
  ['*21*0700000000#'],
  ['0700;phone-context=evil'],
  ['javascript:alert(1)'],
  ['12'],
  ['1'.repeat(16)],
])('%j is not plainly one number', (phone) => {
  expect(phoneLink(phone)).toBeNull()
})
