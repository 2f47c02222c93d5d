/** Wrong ways that are seen less often, tried after the likely ones. */
import { createHash } from 'node:crypto'
import { phpJson, pythonJson } from '../spellings.ts'
import { digest, ONCE } from './hash.ts'
import { AS_SHOWN, type BodyWay, ENV, type KeyWay, RAW } from './likely.ts'

const COPY = 'Copy the secret again, all of it, as it is shown.'
const NUMBERS = `${RAW} A phone is a text: "+254700000000" is no number (PHP: no JSON_NUMERIC_CHECK).`

export const RARE_BODY_WAYS: BodyWay[] = [
  ...[
    ['', JSON.stringify],
    [', and writes it as PHP does', phpJson],
    [', and writes it as Python does', pythonJson],
  ].map(
    ([how, write]): BodyWay => ({
      content: (body) => (write as (value: unknown) => string)(withNumbers(JSON.parse(body))),
      does: `makes numbers of texts such as the phone${how}.`,
      mend: NUMBERS,
    }),
  ),
  way((body) => `${body}\r\n`, 'hashes the body with a carriage return and newline at its end.'),
  way((body) => `\uFEFF${body}`, 'hashes the body with a byte order mark before it.'),
  way((body) => body.replace(/\s/g, ''), 'takes all white space out of the body before it hashes.'),
  way((body) => body.toLowerCase(), 'hashes the body in lower case.'),
  way((body) => body.toUpperCase(), 'hashes the body in upper case.'),
  way((body) => Buffer.from(body).toString('base64'), 'hashes the body in base64.'),
  way((body) => Buffer.from(body).toString('hex'), 'hashes the body in hex.'),
  way((body) => encodeURIComponent(body), 'hashes the body URL-encoded.'),
  way(
    (body) => JSON.stringify(Buffer.from(body)),
    'hashes JSON.stringify of a Buffer: {"type":"Buffer",…}.',
  ),
  way((body) => body.normalize('NFD'), 'decomposes accents (Unicode NFD) before it hashes.'),
  way((body) => formOf(JSON.parse(body)), 'hashes the fields of the body as a form (a=1&b=2).'),
  way((body) => reprOf(JSON.parse(body)), "hashes Python's str(dict) of the parsed body."),
  way((body) => digest('sha1', body, 'hex'), 'hashes twice: HMAC of the SHA-1 of the body.', ONCE),
  way(
    (body) => digest('sha256', body, 'hex'),
    'hashes twice: HMAC of the SHA-256 of the body.',
    ONCE,
  ),
  way((body) => digest('md5', body, 'hex'), 'hashes twice: HMAC of the MD5 of the body.', ONCE),
  ...['eventType', 'chatbotId'].map((key) =>
    way((body) => String(JSON.parse(body)[key]), `hashes ${key} alone.`),
  ),
]

export const RARE_KEY_WAYS: KeyWay[] = [
  ...['sha1', 'sha256', 'sha512', 'md5'].flatMap((name): KeyWay[] => [
    hashedKey(name, (secret) => digest(name, secret, 'hex'), 'hex'),
    hashedKey(name, (secret) => createHash(name).update(secret).digest(), 'bytes'),
    hashedKey(name, (secret) => digest(name, secret, 'base64'), 'base64'),
  ]),
  keyWay(
    (secret) => Buffer.from(secret).toString('hex'),
    'writes the secret in hex before it is the key.',
  ),
  keyWay(
    (secret) => Buffer.from(secret).toString('base64'),
    'writes the secret in base64 before it is the key.',
  ),
  keyWay((secret) => Buffer.from(bare(secret), 'hex'), 'decodes what follows "whsec_" from hex.'),
  keyWay(
    (secret) => Buffer.from(secret, 'utf16le'),
    'takes the secret as UTF-16 (Encoding.Unicode).',
  ),
  keyWay((secret) => secret.toLowerCase(), 'has the secret in lower case.'),
  keyWay((secret) => secret.toUpperCase(), 'has the secret in upper case.'),
  keyWay((secret) => encodeURIComponent(secret), 'has the secret URL-encoded.'),
  keyWay((secret) => secret.replaceAll('+', ' '), 'has a space for each + in the secret.'),
  keyWay((secret) => `whsec_${secret}`, 'has "whsec_" twice before the secret.'),
  keyWay((secret) => secret.slice(0, -1), 'lacks the last letter of the secret.', COPY),
  keyWay((secret) => secret.slice(1), 'lacks the first letter of the secret.', COPY),
  keyWay((secret) => secret.replace(/=+$/, ''), 'lacks the = at the end of the secret.', COPY),
  keyWay((secret) => secret.slice(0, 32), 'uses the first 32 letters of the secret.'),
  keyWay((secret) => secret.slice(0, 16), 'uses the first 16 letters of the secret.'),
  keyWay(
    (secret) => `${secret}\r\n`,
    'has a carriage return and newline at the end of the secret.',
    'Trim it.',
  ),
  keyWay((secret) => `${secret}\r`, 'has a carriage return at the end of the secret.', 'Trim it.'),
  keyWay((secret) => ` ${secret}`, 'has a space before the secret.', 'Trim it.'),
  keyWay(
    (secret) => `\uFEFF${secret}`,
    'has a byte order mark before the secret.',
    'Save the file without it.',
  ),
  keyWay(
    (secret) => `'${secret}'`,
    'has quotes around the secret.',
    'Take them out: they became part of it.',
  ),
  ...[
    'nil',
    'false',
    'true',
    '0',
    'secret',
    'changeme',
    '[object Object]',
    'CHATZURI_SECRET',
    '$CHATZURI_SECRET',
    'process.env.CHATZURI_SECRET',
    '<SECRET>',
  ].map((text) => keyWay(() => text, `uses "${text}" as the secret: it may not be set.`, ENV)),
]

function way(content: (body: string) => string, does: string, mend = RAW): BodyWay {
  return { content, does, mend }
}

function keyWay(key: KeyWay['key'], does: string, mend = AS_SHOWN): KeyWay {
  return { key, does, mend }
}

function hashedKey(name: string, key: KeyWay['key'], how: string): KeyWay {
  return keyWay(key, `hashes the secret by ${name} before it is the key (${how}).`)
}

function bare(secret: string): string {
  return secret.replace(/^whsec_/, '')
}

/** As PHP's JSON_NUMERIC_CHECK, and parsers that are too kind. */
function withNumbers(value: unknown): unknown {
  if (typeof value === 'string') return /^[+-]?\d+(\.\d+)?$/.test(value) ? Number(value) : value
  if (Array.isArray(value)) return value.map(withNumbers)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withNumbers(each)]))
}

function formOf(value: Record<string, unknown>): string {
  const flat = Object.entries(value).map(([key, each]): [string, string] => [
    key,
    typeof each === 'string' ? each : JSON.stringify(each),
  ])
  return new URLSearchParams(flat).toString()
}

/** Of what a lead holds: texts and objects. */
function reprOf(value: unknown): string {
  if (typeof value === 'string') {
    const quote = value.includes("'") && !value.includes('"') ? '"' : "'"
    return `${quote}${value.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`)}${quote}`
  }
  if (typeof value !== 'object' || value === null) return String(value)
  const members = Object.entries(value).map(([key, each]) => `'${key}': ${reprOf(each)}`)
  return `{${members.join(', ')}}`
}
