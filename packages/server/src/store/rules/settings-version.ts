/**
 * The version of what an owner set: another one after each change of it, and never one that was there
 * before, not even after a backup was restored. So it is the instant of the change, in milliseconds,
 * and later than the one before where a clock stood still or was set back.
 */
export function firstVersion(nowMs: number): string {
  return String(nowMs)
}

export function nextVersion(before: string, nowMs: number): string {
  return String(Math.max(Number(before) + 1, nowMs))
}

/** When it was made, to the millisecond; null: before versions were kept. */
export function versionAt(version: string): number | null {
  return version === '0' ? null : Number(version)
}

/** `versions`: those that the caller may have seen; undefined: any will do. */
export function isAnother(version: string, versions: readonly string[] | undefined): boolean {
  return versions !== undefined && !versions.includes(version)
}
