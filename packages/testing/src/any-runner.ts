/** Everything but `describeAdapter`: what works under any test runner, and under none. */
export type {
  AdapterCaps,
  AdapterUnderTest,
  CallerBug,
  CallOptions,
  CallResult,
  CaseId,
  GuardedClient,
  MakeOptions,
  OptionalCaseId,
} from './adapter-under-test.ts';
export { type Certificate, chaosAuthority } from './certificates.ts';
export {
  type ChaosServer,
  type ChaosServerOptions,
  createChaosServer,
  type Gate,
  type Mood,
} from './chaos-server.ts';
export { closedPort } from './closed-port.ts';
export { type ConformanceCase, reasonToSkip } from './conformance-case.ts';
export { conformanceCases } from './conformance-cases.ts';
export type { ProxyTimers } from './fault-lane.ts';
export {
  createFaultProxy,
  type Direction,
  type FaultProxy,
  type FaultProxyOptions,
  type FaultSettings,
} from './fault-proxy.ts';
export { type ManualClock, manualClock } from './manual-clock.ts';
export { type ChangeEvent, type EventRecording, recordEvents } from './record-events.ts';
export type { Handshake } from './tls-door.ts';
export { UNRESOLVABLE_HOST } from './unresolvable-host.ts';
export { eventually, within } from './waiting.ts';
