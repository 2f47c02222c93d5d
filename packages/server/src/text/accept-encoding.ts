/** Whether `Accept-Encoding` takes an encoding (RFC 9110 section 12.5.3). */

/** Without weights: who knows an encoding wants it. `;q=0` is honoured. */
export function acceptsEncoding(header: string, encoding: string): boolean {
  return header
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .some(
      (part) =>
        part === encoding || (part.startsWith(`${encoding};`) && !/;\s*q=0(\.0*)?$/.test(part)),
    )
}
