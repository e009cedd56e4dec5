export * from './histogram.ts';
export * from './wire.ts';
