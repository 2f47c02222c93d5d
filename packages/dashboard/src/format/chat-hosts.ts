/** Whose incoming webhook a URL is, by the server's own list. */
export { chatOfUrl } from '../../../server/src/text/chat-hosts.ts'
