/** Which names a field of the owner's own may have, by the server's own file. */
export { customNameFault } from '../../../server/src/text/field-name.ts'
