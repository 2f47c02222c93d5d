/**
 * Loaded before every program that a page starts: whoever listens on a port of the page's choice
 * gets another on loopback: the one that the folder `MOVED_PORTS` has for it, else any free one,
 * which the folder is told. Plain JavaScript,
 * because npm may run it on an older Node.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
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
    const path = join(MOVED_PORTS, `${port}`)
    const moved = existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0
    this.once('listening', () => {
      const address = this.address()
      if (address === null || typeof address === 'string') return
      writeFileSync(path, `${address.port}`)
    })
    const rest = args.filter((arg) => typeof arg === 'function')
    return listen.call(this, { port: moved, host: '127.0.0.1' }, ...rest)
  }
}
