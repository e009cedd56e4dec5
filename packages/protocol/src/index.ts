export { cleanName, cleanTags, cleanText, LIMITS } from './clean.ts';
export * from './directory-columns.ts';
export * from './histogram.ts';
export * from './validate.ts';
export * from './validate-change.ts';
export * from './validate-policies.ts';
export * from './validate-rollup.ts';
export * from './wire.ts';
export * from './wire-control.ts';
