/** Wrong ways to hash the right body with the right key, seen less often. */
import { createHash } from 'node:crypto'
import { digest, ONCE } from './hash.ts'
import { HEX, HMAC, hmac, SHA1, type SignedWay } from './likely.ts'

const BODY_ALONE = 'x-chatzuri-signature is over the raw body alone.'

export const RARE_SIGNED_WAYS: SignedWay[] = [
  signed(
    ({ key, body }) => hmac('sha1', key, body, 'hex').toUpperCase(),
    'writes the signature in upper-case hex.',
    HEX,
  ),
  signed(
    ({ key, body }) => hmac('sha256', key, body, 'hex').toUpperCase(),
    'signs with SHA-256, in upper-case hex.',
    `${SHA1} ${HEX}`,
  ),
  signed(
    ({ key, body }) => hmac('sha1', key, body, 'base64').replace(/=+$/, ''),
    'writes the signature in base64 without padding.',
    HEX,
  ),
  signed(
    ({ key, body }) => Buffer.from(hmac('sha1', key, body, 'hex')).toString('base64'),
    'writes the hex of the signature in base64 once more.',
    HEX,
  ),
  signed(
    ({ key, body }) => hmac('sha256', key, body, 'base64url'),
    'signs with SHA-256 and writes base64url.',
    `${SHA1} ${HEX}`,
  ),
  signed(
    ({ key, body }) => hmac('sha512', key, body, 'base64'),
    'signs with SHA-512 and writes base64.',
    `${SHA1} ${HEX}`,
  ),
  signed(
    ({ key, body }) => hmac('sha256', key, body, 'hex').slice(0, 40),
    'takes the first 40 digits of a SHA-256.',
    SHA1,
  ),
  signed(({ key, body }) => hmac('sha224', key, body, 'hex'), 'signs with SHA-224.', SHA1),
  signed(({ key, body }) => hmac('sha384', key, body, 'hex'), 'signs with SHA-384.', SHA1),
  signed(({ key, body }) => hmac('sha3-256', key, body, 'hex'), 'signs with SHA3-256.', SHA1),
  ...(['hex', 'base64'] as const).map((encoding) =>
    signed(
      ({ key, body }) => hmac('sha1', key, hmac('sha1', key, body, encoding), 'hex'),
      `signs twice: HMAC of the HMAC (of its ${encoding}).`,
      ONCE,
    ),
  ),
  signed(
    ({ key, body }) => hmac('sha1', key, Buffer.from(hmac('sha1', key, body, 'hex'), 'hex'), 'hex'),
    'signs twice: HMAC of the HMAC (of its bytes).',
    ONCE,
  ),
  signed(
    ({ key, body }) => hmac('sha256', key, hmac('sha256', key, body, 'hex'), 'hex'),
    'signs twice: HMAC of the HMAC, with SHA-256.',
    ONCE,
  ),
  signed(
    ({ key, body }) => digest('sha1', hmac('sha1', key, body, 'hex'), 'hex'),
    'hashes twice: SHA-1 of the HMAC.',
    ONCE,
  ),
  signed(
    ({ key, body }) => digest('sha1', Buffer.from(hmac('sha1', key, body, 'hex'), 'hex'), 'hex'),
    'hashes twice: SHA-1 of the bytes of the HMAC.',
    ONCE,
  ),
  signed(
    ({ key, body }) => digest('sha256', hmac('sha1', key, body, 'hex'), 'hex'),
    'hashes twice: SHA-256 of the HMAC.',
    ONCE,
  ),
  signed(
    ({ key, body }) => hmac('sha1', key, createHash('sha1').update(body).digest(), 'hex'),
    'hashes twice: HMAC of the bytes of the SHA-1 of the body.',
    ONCE,
  ),
  signed(
    ({ key, body }) => hmac('sha1', key, createHash('sha256').update(body).digest(), 'hex'),
    'hashes twice: HMAC of the bytes of the SHA-256 of the body.',
    ONCE,
  ),
  signed(
    ({ body }) => digest('sha1', digest('sha1', body, 'hex'), 'hex'),
    'hashes twice, without any secret: anyone can sign for it.',
    HMAC,
  ),
  signed(
    ({ key, body }) => hmac('sha256', body, key, 'hex'),
    'has key and body the wrong way round, and signs with SHA-256.',
    `The key is the secret. ${SHA1}`,
  ),
  ...['sha256', 'sha512', 'md5'].flatMap((name) => [
    signed(
      ({ body, secret }) => digest(name, body + secret, 'hex'),
      `hashes body plus secret by ${name}, without HMAC.`,
      HMAC,
    ),
    signed(
      ({ body, secret }) => digest(name, secret + body, 'hex'),
      `hashes secret plus body by ${name}, without HMAC.`,
      HMAC,
    ),
    signed(
      ({ body }) => digest(name, body, 'hex'),
      `hashes the body by ${name}, without any secret: anyone can sign for it.`,
      HMAC,
    ),
  ]),
  ...['.', ':', '|', '\n', '&', '-'].flatMap((between) => [
    signed(
      ({ body, secret }) => digest('sha1', `${secret}${between}${body}`, 'hex'),
      `hashes secret, ${JSON.stringify(between)} and body, without HMAC.`,
      HMAC,
    ),
    signed(
      ({ body, secret }) => digest('sha1', `${body}${between}${secret}`, 'hex'),
      `hashes body, ${JSON.stringify(between)} and secret, without HMAC.`,
      HMAC,
    ),
  ]),
  signed(
    ({ body, secret }) => digest('sha1', secret + body + secret, 'hex'),
    'hashes secret, body and secret, without HMAC.',
    HMAC,
  ),
  signed(
    ({ key, body, secret }) => hmac('sha1', key, body + secret, 'hex'),
    'hashes the secret behind the body, too.',
    BODY_ALONE,
  ),
  signed(
    ({ key, body, secret }) => hmac('sha1', key, secret + body, 'hex'),
    'hashes the secret before the body, too.',
    BODY_ALONE,
  ),
  ...addresses('href', 'the URL'),
  ...addresses('pathname', 'the path'),
  ...(['', '.', ':', '\n'] as const).flatMap((between) => {
    const how = between === '' ? '' : ` with ${JSON.stringify(between)} between`
    const over = (content: (given: Parameters<SignedWay['sign']>[0]) => string, what: string) =>
      signed(
        (given) => hmac('sha1', given.key, content(given), 'hex'),
        `hashes ${what}${how}.`,
        BODY_ALONE,
      )
    return [
      over(({ body, id }) => `${id}${between}${body}`, 'webhook-id and body'),
      over(
        ({ body, timestampSeconds }) => `${timestampSeconds}${between}${body}`,
        'timestamp and body,',
      ),
      over(
        ({ body, timestampSeconds }) => `${body}${between}${timestampSeconds}`,
        'body and timestamp',
      ),
      over(({ body }) => `POST${between}${body}`, 'the method and the body'),
    ]
  }),
  signed(
    ({ key, id }) => hmac('sha1', key, id, 'hex'),
    'hashes webhook-id alone, so that each body would do.',
    BODY_ALONE,
  ),
  ...[
    'sha1:',
    'sha1 ',
    'SHA1=',
    'hmac-sha1=',
    'HMAC-SHA1 ',
    'v1=',
    'v1,',
    '0x',
    'Bearer ',
    'Signature ',
  ].map((prefix) =>
    signed(
      ({ key, body }) => `${prefix}${hmac('sha1', key, body, 'hex')}`,
      `expects ${JSON.stringify(prefix)} before the signature.`,
      'Compare with the 40 hex digits alone: our header has no prefix.',
    ),
  ),
  signed(
    ({ key, body }) => `"${hmac('sha1', key, body, 'hex')}"`,
    'expects quotes around the signature.',
    'Compare with the 40 hex digits alone.',
  ),
]

const MODERN =
  'Sign "{webhook-id}.{webhook-timestamp}.{body}" with SHA-256, padded base64 behind "v1,".'

export const RARE_MODERN_WAYS: SignedWay[] = [
  modern(
    ({ timestampSeconds, body }) => `${timestampSeconds}.${body}`,
    'leaves the id out of what webhook-signature signs.',
  ),
  modern(
    ({ id, body }) => `${id}.${body}`,
    'leaves the timestamp out of what webhook-signature signs.',
  ),
  modern(
    ({ id, timestampSeconds, body }) => `${timestampSeconds}.${id}.${body}`,
    'has id and timestamp the wrong way round for webhook-signature.',
  ),
  modern(
    ({ id, timestampSeconds, body }) => `${id}${timestampSeconds}${body}`,
    'leaves the dots out of what webhook-signature signs.',
  ),
  modern(
    ({ id, timestampSeconds, body }) => `${id}:${timestampSeconds}:${body}`,
    'writes colons for the dots of webhook-signature.',
  ),
  modern(
    ({ id, timestampSeconds, body }) => `${id}.${timestampSeconds * 1000}.${body}`,
    'counts the timestamp of webhook-signature in milliseconds.',
  ),
  ...(['sha1', 'sha512'] as const).map((name) =>
    signed(
      ({ key, ...given }) => `v1,${hmac(name, key, dotted(given), 'base64')}`,
      `signs webhook-signature with ${name}.`,
      MODERN,
    ),
  ),
  signed(
    ({ key, ...given }) => `v1,${hmac('sha256', key, dotted(given), 'base64url')}`,
    'writes webhook-signature in base64url.',
    MODERN,
  ),
  signed(
    ({ key, ...given }) => `v1=${hmac('sha256', key, dotted(given), 'base64')}`,
    'expects "v1=" in webhook-signature.',
    MODERN,
  ),
]

function dotted(given: { id: string; timestampSeconds: number; body: string }): string {
  return `${given.id}.${given.timestampSeconds}.${given.body}`
}

function modern(content: (given: Parameters<SignedWay['sign']>[0]) => string, does: string) {
  return signed(
    (given) => `v1,${hmac('sha256', given.key, content(given), 'base64')}`,
    does,
    MODERN,
  )
}

function addresses(part: 'href' | 'pathname', name: string): SignedWay[] {
  const of = (url: URL | null) => url?.[part] ?? ''
  return [
    signed(
      ({ key, body, url }) => hmac('sha1', key, of(url) + body, 'hex'),
      `hashes ${name} and the body.`,
      BODY_ALONE,
    ),
    signed(
      ({ key, body, url }) => hmac('sha1', key, body + of(url), 'hex'),
      `hashes the body and ${name}.`,
      BODY_ALONE,
    ),
    signed(
      ({ key, body, url }) => hmac('sha1', key, `POST${of(url)}${body}`, 'hex'),
      `hashes the method, ${name} and the body.`,
      BODY_ALONE,
    ),
    signed(
      ({ key, url }) => hmac('sha1', key, of(url), 'hex'),
      `hashes ${name} alone, so that each body would do.`,
      BODY_ALONE,
    ),
  ]
}

function signed(sign: SignedWay['sign'], does: string, mend: string): SignedWay {
  return { sign, does, mend }
}
