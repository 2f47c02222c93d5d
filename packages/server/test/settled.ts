/**
 * Lets everything that is already decided happen, within this process: promises, and what waits in
 * sockets of its own. Turns of the loop, not time.
 */
export async function settled(turns = 50): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
}
