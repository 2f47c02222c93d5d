/** What the server tells of webhooks, and nobody can publish. */
export function isNotice(eventType: string): boolean {
  return /^(webhook|delivery)\./.test(eventType)
}
