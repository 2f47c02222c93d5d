/** The wrong ways themselves: what is hashed, with which key, and how. Likely ones first. */
import { createHash, createHmac } from 'node:crypto'
import {
  dotnetJson,
  goJson,
  gsonJson,
  htmlSafeJson,
  phpJson,
  phpPlainJson,
  phpUnicodeJson,
  pythonCompactJson,
  pythonJson,
  pythonSortedJson,
  pythonUnicodeJson,
  sortedJson,
} from '../spellings.ts'

interface Words {
  /** Continues 'It …'; a full sentence then. */
  does: string
  mend: string
}

export interface BodyWay extends Words {
  content: (body: string) => string
}

export interface KeyWay extends Words {
  key: (secret: string) => Uint8Array | string
}

export interface SignedWay extends Words {
  sign: (given: {
    body: string
    id: string
    timestampSeconds: number
    key: Uint8Array
    secret: string
    /** Null: not asked at one. */
    url: URL | null
  }) => string
}

const PYTHON = 'Hash the raw bytes: request.get_data() in Flask, await request.body() in FastAPI.'
const PHP = "Hash file_get_contents('php://input'), before json_decode."
export const RAW = 'Hash the raw bytes of the body, before anything parses them.'

export const BODY_WAYS: BodyWay[] = [
  parsed(
    pythonJson,
    "re-serialises the body as Python's json.dumps does (spaces, \\u escapes).",
    PYTHON,
  ),
  parsed(pythonUnicodeJson, "re-serialises the body with Python's spaces.", PYTHON),
  parsed(
    pythonCompactJson,
    're-serialises the body with non-ASCII letters as \\u escapes.',
    PYTHON,
  ),
  parsed(phpJson, "re-serialises the body as PHP's json_encode does (\\/ and \\u escapes).", PHP),
  parsed(phpUnicodeJson, "re-serialises the body as PHP's json_encode does (\\/ for /).", PHP),
  parsed(phpPlainJson, 're-serialises the body and escapes U+2028, as PHP does.', PHP),
  parsed(sortedJson, 'sorts the keys of the body before it hashes it.', RAW),
  parsed(pythonSortedJson, "sorts the keys and writes Python's spaces.", PYTHON),
  parsed(
    goJson,
    "re-serialises the body as Go's json.Marshal does (sorted keys, \\u003c for <).",
    'Hash the result of io.ReadAll(r.Body), before json.Unmarshal.',
  ),
  parsed(
    htmlSafeJson,
    're-serialises the body with <, > and & as \\u escapes (Go structs, Rails).',
    RAW,
  ),
  parsed(
    dotnetJson,
    're-serialises the body as System.Text.Json does.',
    'Hash what a StreamReader reads from Request.Body, before it is deserialised.',
  ),
  parsed(
    gsonJson,
    're-serialises the body as Gson does.',
    'Take the body as byte[] or String, and hash that.',
  ),
  parsed(
    (value) => JSON.stringify(payloadOf(value)),
    'hashes the payload only.',
    'Hash the whole body, what stands around the payload included.',
  ),
  parsed(
    (value) => pythonJson(payloadOf(value)),
    "hashes the payload only, as Python's json.dumps writes it.",
    PYTHON,
  ),
  parsed(
    (value) => JSON.stringify(value, null, 2),
    'hashes the body pretty-printed with two spaces.',
    RAW,
  ),
  parsed(
    (value) => JSON.stringify(value, null, 4),
    'hashes the body pretty-printed with four spaces.',
    RAW,
  ),
  parsed(
    (value) => String(value),
    'hashes "[object Object]": the parsed body made a string.',
    'Hash the raw bytes, or JSON.stringify(req.body).',
  ),
  parsed(
    (value) => JSON.stringify(JSON.stringify(value)),
    'hashes the body as a JSON string, stringified twice.',
    'Stringify it once, or hash the raw bytes.',
  ),
  {
    content: () => '',
    does: 'hashes an empty body: something read the body before.',
    mend: 'Keep the raw bytes where they are read first (express.json({ verify }), express.raw()), and hash those.',
  },
  {
    content: () => '{}',
    does: 'hashes "{}": no parser filled req.body.',
    mend: "Put express.json() or express.raw({ type: 'application/json' }) before the route.",
  },
  { content: (body) => `${body}\n`, does: 'hashes the body with a newline at its end.', mend: RAW },
  {
    content: (body) => Buffer.from(body).toString('latin1'),
    does: 'reads the body as Latin-1 and hashes that as UTF-8.',
    mend: 'Hash the bytes, or decode them as UTF-8.',
  },
  {
    content: (body) => body.replace(/[^ -~]/g, ''),
    does: 'drops letters that are not ASCII before it hashes.',
    mend: RAW,
  },
]

export const ENV = "Set it where the endpoint runs, and stop at start when it isn't set."
export const AS_SHOWN = 'The key is the secret as it is shown, all of it, as UTF-8 bytes.'

export const KEY_WAYS: KeyWay[] = [
  {
    key: (secret) => secret.replace(/^whsec_/, ''),
    does: 'leaves "whsec_" out of the key.',
    mend: AS_SHOWN,
  },
  {
    key: (secret) => Buffer.from(secret.replace(/^whsec_/, ''), 'base64'),
    does: 'decodes the secret from base64, which only webhook-signature wants.',
    mend: AS_SHOWN,
  },
  {
    key: (secret) => Buffer.from(secret, 'base64'),
    does: 'decodes all of the secret from base64.',
    mend: AS_SHOWN,
  },
  {
    key: (secret) => Buffer.from(secret, 'hex'),
    does: 'decodes the secret from hex.',
    mend: AS_SHOWN,
  },
  {
    key: (secret) => `${secret}\n`,
    does: 'has a newline at the end of the secret.',
    mend: 'Trim it: files and `echo` add one.',
  },
  {
    key: (secret) => `${secret} `,
    does: 'has a space at the end of the secret.',
    mend: 'Trim it.',
  },
  {
    key: (secret) => `"${secret}"`,
    does: 'has quotes around the secret.',
    mend: 'Take them out of the .env file or the settings page: they became part of the secret.',
  },
  { key: () => 'undefined', does: 'uses "undefined" as the secret: it is not set.', mend: ENV },
  { key: () => '', does: 'uses an empty secret: it is not set.', mend: ENV },
  { key: () => 'null', does: 'uses "null" as the secret: it is not set.', mend: ENV },
  { key: () => 'None', does: 'uses "None" as the secret: it is not set.', mend: ENV },
]

const DECODED =
  'The key of webhook-signature is the base64-decoded part after "whsec_"; a secret without it is used as it is (new Webhook(secret, { format: \'raw\' })).'

/** Of webhook-signature, whose key is made otherwise. */
export const MODERN_KEY_WAYS: KeyWay[] = [
  {
    key: (secret) => secret,
    does: 'uses the secret as text for webhook-signature.',
    mend: DECODED,
  },
  {
    key: (secret) => secret.replace(/^whsec_/, ''),
    does: 'uses the text after "whsec_" for webhook-signature, undecoded.',
    mend: DECODED,
  },
  {
    key: (secret) => Buffer.from(secret, 'base64'),
    does: 'decodes all of the secret from base64 for webhook-signature.',
    mend: DECODED,
  },
  ...KEY_WAYS.filter(({ mend }) => mend === ENV),
]

export const HMAC =
  "Use HMAC: crypto.createHmac('sha1', secret), hmac.new(…, hashlib.sha1), hash_hmac('sha1', …)."
export const HEX = 'Write the digest as lower-case hex.'
export const SHA1 = 'Sign x-chatzuri-signature with HMAC-SHA1.'

export const SIGNED_WAYS: SignedWay[] = [
  {
    sign: ({ key, body }) => hmac('sha256', key, body, 'hex'),
    does: 'signs with SHA-256 instead of SHA-1.',
    mend: `${SHA1} SHA-256 belongs to webhook-signature.`,
  },
  {
    sign: ({ key, body }) => hmac('sha1', key, body, 'base64'),
    does: 'writes the signature in base64 instead of hex.',
    mend: HEX,
  },
  {
    sign: ({ key, body }) => hmac('sha1', key, body, 'base64url'),
    does: 'writes the signature in base64url instead of hex.',
    mend: HEX,
  },
  {
    sign: ({ key, body }) => hmac('sha256', key, body, 'base64'),
    does: 'signs with SHA-256 and writes base64.',
    mend: `${SHA1} ${HEX}`,
  },
  {
    sign: ({ key, body }) => `sha256=${hmac('sha256', key, body, 'hex')}`,
    does: 'expects "sha256=" and SHA-256, as GitHub sends it.',
    mend: `${SHA1} There is no prefix.`,
  },
  {
    sign: ({ body, secret }) => sha1(body + secret),
    does: 'hashes body plus secret, without HMAC.',
    mend: HMAC,
  },
  {
    sign: ({ body, secret }) => sha1(secret + body),
    does: 'hashes secret plus body, without HMAC.',
    mend: HMAC,
  },
  {
    sign: ({ body }) => sha1(body),
    does: 'hashes the body without any secret: anyone can sign for it.',
    mend: HMAC,
  },
  {
    sign: ({ key, body }) => hmac('sha1', body, key, 'hex'),
    does: 'has key and body the wrong way round.',
    mend: 'The key is the secret; what is hashed is the body.',
  },
  { sign: ({ key, body }) => hmac('md5', key, body, 'hex'), does: 'signs with MD5.', mend: SHA1 },
  {
    sign: ({ key, body }) => hmac('sha512', key, body, 'hex'),
    does: 'signs with SHA-512.',
    mend: SHA1,
  },
  {
    sign: ({ key, body, timestampSeconds }) =>
      hmac('sha1', key, `${timestampSeconds}.${body}`, 'hex'),
    does: 'hashes timestamp and body.',
    mend: 'x-chatzuri-signature is over the body alone.',
  },
  {
    sign: ({ key, body, id, timestampSeconds }) =>
      hmac('sha1', key, `${id}.${timestampSeconds}.${body}`, 'hex'),
    does: 'hashes id, timestamp and body for x-chatzuri-signature.',
    mend: 'That is what webhook-signature is over; x-chatzuri-signature is over the body alone.',
  },
  {
    sign: ({ secret }) => secret,
    does: 'compares the header with the secret itself.',
    mend: `The secret never travels. ${HMAC}`,
  },
]

function parsed(content: (value: unknown) => string, does: string, mend: string): BodyWay {
  return { content: (body) => content(JSON.parse(body)), does, mend }
}

function payloadOf(value: unknown): unknown {
  const { payload, data = null } = value as { payload?: unknown; data?: unknown }
  return payload ?? data
}

export function hmac(
  algorithm: string,
  key: Uint8Array | string,
  content: Uint8Array | string,
  encoding: 'hex' | 'base64' | 'base64url',
): string {
  return createHmac(algorithm, key).update(content).digest(encoding)
}

function sha1(content: string): string {
  return createHash('sha1').update(content).digest('hex')
}
