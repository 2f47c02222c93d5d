import { randomFillSync } from 'node:crypto'

/** The world's chance, passed in so that one seed can draw everything. */
export interface Random {
  /** Uniform in [0, 1). For jitter; never for secrets. */
  fraction(): number
  /** Cryptographically strong in the real world. */
  bytes(length: number): Buffer
}

export const systemRandom: Random = {
  fraction: () => Math.random(),
  bytes: (length) => randomFillSync(Buffer.allocUnsafe(length)),
}
