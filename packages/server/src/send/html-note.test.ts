import { expect, test } from 'vitest'
import { htmlNote } from './html-note.ts'

const HTML = 'text/html; charset=utf-8'
const PARKED = '<html><head><title>shop.example is for sale</title></head></html>'

test.each<[name: string, body: string, contentType: string]>([
  ['a page', '<!doctype html><html><body>Welcome</body></html>', HTML],
  ['in capitals', '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN">', ''],
  ['of XHTML', '<?xml version="1.0"?>\n<!DOCTYPE html>\n<html>', 'application/xhtml+xml'],
  ['behind a byte order mark and lines', '\ufeff\r\n\n  <html lang="en">', HTML],
  ['behind comments', '<!-- a --><!-- b -->\n<html>', HTML],
  ['behind a comment that is not closed', '<!-- a <html>', HTML],
  ['without a label', '<html>', ''],
  ['with a wrong label', '<!doctype html><html>', 'application/json'],
  ['in parts', '<div><form action="/login">', HTML],
  ['a parked domain', PARKED, HTML],
  ['Apache', '<html><body><h1>It works!</h1></body></html>', HTML],
  ['a head alone', '<head><title>Sign in</title>', HTML],
])('%s is a web page', (_, body, contentType) => {
  expect(htmlNote(body, contentType)).toBe('web_page')
})

test.each<[name: string, body: string, contentType: string]>([
  ['nothing', '', HTML],
  ['OK of PHP', 'OK', HTML],
  ['ok of Express', 'ok', HTML],
  ['JSON of PHP', '{"received":true}', HTML],
  [
    'a warning of PHP before it',
    '<br />\n<b>Warning</b>:  Undefined variable {"received":true}',
    HTML,
  ],
  ['a word in a tag', '<p>OK</p>', HTML],
  ['a heading', '<h1>Thank you</h1>', HTML],
  ['text about pages', 'Saved as <html>', 'text/plain'],
  ['XML', '<?xml version="1.0"?><Response/>', 'application/xml'],
  ['an element whose name goes on', '<htmlish>', ''],
  ['an envelope', '<soap:Envelope><soap:Body/></soap:Envelope>', 'text/xml'],
  ['a form in XML', '<reply><form/></reply>', 'text/xml'],
])('%s is none', (_, body, contentType) => {
  expect(htmlNote(body, contentType)).toBeNull()
})

test('what PHP prints when it failed is no success', () => {
  const body = '<br />\n<b>Fatal error</b>:  Uncaught Error in /srv/webhook.php:3'
  expect(htmlNote(body, HTML)).toBe('body_says_failed')
  expect(htmlNote('PHP Fatal error: Uncaught Error', HTML)).toBe('body_says_failed')
})
