/** A connection that a test writes bytes to as no client would. */
import { connect, type Socket } from 'node:net'
import { until } from './until.ts'

export class RawConnection {
  readonly socket: Socket
  /** All that came back. */
  text = ''
  /** Resolves when either side has closed it. */
  readonly closed: Promise<void>

  private constructor(socket: Socket) {
    this.socket = socket
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()))
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      this.text += chunk.toString('latin1')
    })
  }

  /** To `http://HOST:PORT`; what is given is written at once. */
  static open(url: string, bytes = ''): Promise<RawConnection> {
    const { hostname, port } = new URL(url)
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname)
      socket.once('error', reject)
      socket.once('connect', () => {
        const connection = new RawConnection(socket)
        if (bytes !== '') socket.write(bytes)
        resolve(connection)
      })
    })
  }

  says(text: string): Promise<boolean> {
    return until(() => (this.text.includes(text) ? true : null), { what: `${text} to be said` })
  }

  /** Of each answer, in their order. */
  get statuses(): number[] {
    return [...this.text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
  }
}
