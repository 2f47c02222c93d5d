/**
 * What the bench must be able to do with a webhook server that somebody else has started, to measure
 * it beside ours: three things over its HTTP API, by the connections and the client that ours gets.
 */
import type { PeerApi } from './peer-api.ts'

export interface ServerAdapter {
  name: string
  /** For the help: which API, and whether we have ever run it. */
  about: string
  /** Variables of the environment that it needs, each with what it is; keys are no command line's. */
  needs: Readonly<Record<string, string>>
  /** Headers of every request. */
  headers(environment: Environment): Record<string, string>
  connect(api: PeerApi, environment: Environment): PeerServer
}

/** What `needs` names, by those names. */
export type Environment = Readonly<Record<string, string>>

interface PeerServer {
  /** Somebody whose events go to all of these endpoints; its id. */
  addCustomer(customer: { urls: readonly string[]; timeoutSeconds: number }): Promise<string>
  /** One event with this JSON as its payload; resolves when the server says that it has it. */
  sendEvent(customerId: string, payload: string): Promise<void>
  /**
   * Whether so many deliveries of the customer stand as delivered in the server's own store. Asked
   * when all of them have arrived: what counts is that it will not send them again.
   */
  isRecorded(customerId: string, deliveries: number): Promise<boolean>
  /** Its endpoints get nothing more. */
  removeCustomer(customerId: string): Promise<void>
}
