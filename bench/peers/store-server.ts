/** What a peer keeps its jobs in: a server of its own, fresh for each scenario. */
export interface StoreServer {
  url: string
  /** Of its main process, to count what it uses; null: another's, or on another machine. */
  pid: number | null
  stop(): Promise<void>
}
