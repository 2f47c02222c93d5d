/**
 * Some servers say "100 Continue" though nobody asked, and a client must live with it (RFC 9110,
 * 15.2); undici ends the connection instead, and the delivery would be repeated until it is used up
 * though the endpoint got each one. So these bytes are taken out before undici reads them: only in
 * front of an answer, and only when they come whole, as they do in practice.
 */
import type { Socket } from 'node:net'

const CONTINUE = Buffer.from('HTTP/1.1 100 ')
const HEAD_END = '\r\n\r\n'

/** `isAwaiting`: a request was sent, and no byte of its answer was read yet. */
export function skipContinue(socket: Socket, isAwaiting: () => boolean): void {
  const read = socket.read.bind(socket)
  socket.read = (size?: number) => {
    let chunk: unknown = read(size)
    while (Buffer.isBuffer(chunk) && isAwaiting() && startsWithContinue(chunk)) {
      const end = chunk.indexOf(HEAD_END)
      if (end < 0) break
      const rest = chunk.subarray(end + HEAD_END.length)
      chunk = rest.length > 0 ? rest : read()
    }
    return chunk
  }
}

function startsWithContinue(chunk: Buffer): boolean {
  // The status' first digit decides nearly always: answers are hardly ever informational.
  return chunk[9] === 0x31 && chunk.subarray(0, CONTINUE.length).equals(CONTINUE)
}
