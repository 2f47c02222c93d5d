/** What keeps a program from its database, in a sentence with what to do; never the password. */
import pg from 'pg'
import { StartError } from '../../../errors.ts'
import { reasonOf } from './faults.ts'

export function databaseError(error: unknown, where: string): StartError {
  if (error instanceof StartError) return error
  const why = reasonOf(error).replaceAll('\n', ' ')
  const advice = adviceOf(error, why)
  return new StartError(
    `The database ${where} cannot be used: ${why}${advice === null ? '' : `; ${advice}`}.`,
    { cause: error },
  )
}

function adviceOf(error: unknown, why: string): string | null {
  if (error instanceof pg.DatabaseError) return ofState(error.code ?? '')
  const { code } = (error instanceof AggregateError ? error.errors[0] : error) ?? {}
  switch (code) {
    case 'ECONNREFUSED':
      return 'is PostgreSQL running, and listening there?'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'is the host right?'
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
      return 'is the host right, and is it reachable from here?'
  }
  if (/timeout|terminated|unexpected|SSL/i.test(why)) {
    return 'is it PostgreSQL that listens there, and is it reachable?'
  }
  return null
}

/** SQLSTATE. */
function ofState(code: string): string | null {
  switch (code) {
    case '28P01':
    case '28000':
      return "look at the user and the password in DATABASE_URL, and at the server's pg_hba.conf"
    case '3D000':
      return "create it with ENCODING 'UTF8', or give another name"
    case '42501':
    case '3F000':
      return 'its user must own the database, or be granted CREATE on the schema'
    case '25006':
      return 'it only reads, as a standby does: give the primary'
    case '53300':
      return 'raise max_connections: a server takes 13'
    case '57P03':
      return 'it is starting or stopping: try again'
    default:
      return null
  }
}
