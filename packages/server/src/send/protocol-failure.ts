/** What came is no answer in HTTP/1.1: a cause for programs, and a sentence for the endpoint's owner. */
import { type Failure, unreachable } from './failure.ts'

export type ProtocolCause =
  /** A TLS record where plain text was asked for. */
  | 'tls'
  /** A frame of HTTP/2. */
  | 'http2'
  | 'not-http'
  /** Begins like HTTP, and tells no status. */
  | 'no-status'
  /** Three digits below 100. */
  | 'status-range'
  /** 101: what follows is another protocol. */
  | 'switch'
  | 'empty-lines'
  /** Too many 1xx, or too many bytes of them. */
  | 'interim-flood'

export interface ProtocolFault {
  cause: ProtocolCause
  /** How it begins, as latin1. */
  seen: string
}

export function protocolFailure({ cause, seen }: ProtocolFault): Failure {
  return unreachable('protocol', sentenceOf(cause, shown(seen)))
}

function sentenceOf(cause: ProtocolCause, seen: string): string {
  switch (cause) {
    case 'tls':
      return 'The port speaks TLS: use https:// in the URL, or the port that speaks http'
    case 'http2':
      return 'The endpoint speaks HTTP/2 only: let it speak HTTP/1.1 too, which webhooks are sent in'
    case 'not-http':
      return `What answers is not HTTP/1.1: it begins with "${seen}"`
    case 'no-status':
      return `The answer has no status: it begins with "${seen}"`
    case 'status-range':
      return `The answer's status is none: it must be from 100 to 599, in "${seen}"`
    case 'switch':
      return 'The answer switches to another protocol (101), which was not asked'
    case 'empty-lines':
      return 'The answer is empty lines without end'
    case 'interim-flood':
      return 'The endpoint announces its answer again and again (1xx), and never gives it'
  }
}

const SHOWN_LENGTH_MAX = 40

/** A stranger wrote it, perhaps in no characters at all. */
function shown(seen: string): string {
  const text = seen.replace(/[^\x20-\x7e]/g, '·')
  return text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}…` : text
}
