/**
 * Resolves once the loop has asked the kernel anew what has come for its sockets. What lay there
 * when this was called has been handed to its listeners by then.
 *
 * Twice: who calls this may be in the middle of what the last asking brought, and the first
 * immediate belongs to that turn still. One wait is shared by all who call in the same turn.
 */
export function nextPoll(): Promise<void> {
  waiting ??= new Promise((resolve) => {
    setImmediate(() => {
      // Whoever comes now needs an asking after this one.
      waiting = null
      setImmediate(resolve)
    })
  })
  return waiting
}

let waiting: Promise<void> | null = null
