/** Whether a host is this machine: what a server started here listens on. */
export function isLocalHost(hostname: string): boolean {
  return (
    /^(?:.+\.)?localhost\.?$/i.test(hostname) ||
    /^127(?:\.\d+){3}$/.test(hostname) ||
    hostname === '[::1]' ||
    hostname === '0.0.0.0' ||
    hostname === 'host.docker.internal'
  )
}
