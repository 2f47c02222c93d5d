/** What people type is tidied here as the server does it, by the same file. */
export { tidyContact, unseenIn } from '../../../server/src/text/typed-text.ts'
