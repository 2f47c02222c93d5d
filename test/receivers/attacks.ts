/**
 * What a stranger sends who wants a receiver's memory or its time, as pieces that are repeated, byte
 * for byte. None is signed. Whatever the answer is, it is no 2xx; it comes, or the connection goes, in
 * time; and the process doesn't grow by what was sent.
 */
export interface Attack {
  name: string
  /** Sent until the connection goes; it is not closed from here. */
  pieces: Piece[]
}

interface Piece {
  text: string
  times: number
}

const KIBIBYTE = 'x'.repeat(1024)
const KIBIBYTES = 48 * 1024
const LARGE = { text: KIBIBYTE, times: KIBIBYTES }
const LARGE_LENGTH = KIBIBYTE.length * KIBIBYTES
const SMALL = { text: '{"a":1}', times: 1 }
const CHUNKED = 'Transfer-Encoding: chunked'

function post(name: string, headers: string[], ...body: Piece[]): Attack {
  const head = ['POST /webhook HTTP/1.1', 'Host: localhost', 'Content-Type: application/json']
  return { name, pieces: [{ text: [...head, ...headers, '', ''].join('\r\n'), times: 1 }, ...body] }
}

export const ATTACKS: Attack[] = [
  post('a length of -1, and 48 MiB', ['Content-Length: -1'], LARGE),
  post('48 MiB in chunks', [CHUNKED], { text: `400\r\n${KIBIBYTE}\r\n`, times: KIBIBYTES }),
  post(
    'a chunk of 48 MiB',
    [CHUNKED],
    { text: `${LARGE_LENGTH.toString(16)}\r\n`, times: 1 },
    LARGE,
  ),
  post('a length of 48 MiB, and as much', [`Content-Length: ${LARGE_LENGTH}`], LARGE),
  post('no length, and 48 MiB', [], LARGE),
  {
    ...post('a head of 8 MiB', []),
    pieces: [
      { text: 'POST /webhook HTTP/1.1\r\nHost: localhost\r\n', times: 1 },
      { text: `X-Padding: ${KIBIBYTE}\r\n`, times: 8 * 1024 },
    ],
  },
  ...['+7', '0x7', '7.0', '7, 7', '1_0', '7 7', '', '-0', '٧', '9'.repeat(20)].map((length) =>
    post(`a length of "${length}"`, [`Content-Length: ${length}`], SMALL),
  ),
  ...['FFFFFFFFFFFFFFFF', '-1', '0x7', '7_0', '+7', ''].map((size) =>
    post(`a chunk of "${size}"`, [CHUNKED], { text: `${size}\r\n{"a":1}\r\n0\r\n\r\n`, times: 1 }),
  ),
  post('two lengths', ['Content-Length: 7', 'Content-Length: 500'], SMALL),
  post('the same length twice', ['Content-Length: 7', 'Content-Length: 7'], SMALL),
  post('a length and chunks', ['Content-Length: 7', CHUNKED], SMALL),
  post('a coding that nobody knows', ['Transfer-Encoding: x', 'Content-Length: 7'], SMALL),
  post('a length that is too short', ['Content-Length: 3'], SMALL),
  post('a body that stops half-way', ['Content-Length: 100'], SMALL),
  post('chunks that stop half-way', [CHUNKED], { text: '7\r\n{"a":1}\r\n', times: 1 }),
]
