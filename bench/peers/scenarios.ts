/** What `--peers` measures. */
import type { Scenario } from '../scenario.ts'
import { peersHanging } from './scenarios/hanging.ts'
import { peersLatency } from './scenarios/latency.ts'
import { peersThroughput } from './scenarios/throughput.ts'

export const PEER_SCENARIOS: readonly Scenario[] = [peersThroughput, peersLatency, peersHanging]
