/** What tests of breakers and adapters need: time to move by hand, a server that really fails, the adapters' contract. */
export * from './any-runner.ts';
export { describeAdapter } from './describe-adapter.ts';
