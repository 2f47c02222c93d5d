/** The command line's first word chooses the command; without one it is `serve`. */
export async function run(argv: string[]): Promise<void> {
  if (argv[0] === 'migrate') {
    const { migrate } = await import('./migrate.ts')
    return migrate(argv.slice(1))
  }
  if (argv[0] === 'keys') {
    const { keys } = await import('./keys.ts')
    return keys(argv.slice(1))
  }
  if (argv[0] === 'erase') {
    const { erase } = await import('./erase.ts')
    return erase(argv.slice(1))
  }
  const { serve } = await import('./serve.ts')
  return serve(argv)
}
