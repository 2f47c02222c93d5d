/**
 * Loaded before every program that a page starts: whoever listens on a port of the page's choice
 * gets a free one on loopback instead, and the folder `MOVED_PORTS` is told which. Plain JavaScript,
 * because npm may run it on an older Node.
 */
import { writeFileSync } from 'node:fs'
import { Server } from 'node:net'
import { join } from 'node:path'

const { MOVED_PORTS } = process.env
const listen = Server.prototype.listen

if (MOVED_PORTS) {
  Server.prototype.listen = function (...args) {
    const [first] = args
    const wanted = typeof first === 'object' && first !== null ? first.port : first
    const port = Number(wanted)
    if (!(port > 0)) return listen.apply(this, args)
    this.once('listening', () => {
      const address = this.address()
      if (address === null || typeof address === 'string') return
      writeFileSync(join(MOVED_PORTS, `${port}`), `${address.port}`)
    })
    const rest = args.filter((arg) => typeof arg === 'function')
    return listen.call(this, { port: 0, host: '127.0.0.1' }, ...rest)
  }
}
