/** What tests of breakers and adapters need: time to move by hand, a server that really fails, the adapters' contract. */
export type {
  AdapterCaps,
  AdapterUnderTest,
  CallerBug,
  CallOptions,
  CallResult,
  CaseId,
  GuardedClient,
  MakeOptions,
} from './adapter-under-test.ts';
export { type ChaosServer, createChaosServer, type Gate, type Mood } from './chaos-server.ts';
export { closedPort } from './closed-port.ts';
export type { ConformanceCase } from './conformance-case.ts';
export { conformanceCases } from './conformance-cases.ts';
export { describeAdapter } from './describe-adapter.ts';
export { type ManualClock, manualClock } from './manual-clock.ts';
export { type ChangeEvent, type EventRecording, recordEvents } from './record-events.ts';
export { eventually, within } from './waiting.ts';
