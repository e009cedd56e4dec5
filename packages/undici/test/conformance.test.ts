import { describeAdapter } from '@cb/testing';
import * as undici7 from 'undici';
import * as undici6 from 'undici6';
import { globalFetchAdapter, requestAdapter } from './harness.ts';

// undici 8 does not run on every Node that this package is for: `npm run test:runtimes` holds it to the same promises.
for (const [version, undici] of [
  ['6', undici6],
  ['7', undici7],
] as const) {
  describeAdapter(`@cb/undici on undici ${version}`, requestAdapter(undici));
  describeAdapter(`@cb/undici under the global fetch, by undici ${version}`, globalFetchAdapter(undici));
}
