/** Types only. CommonJS reads axios' types from another file than ESM does, and both get the field. */
import type {} from 'axios';
import type { RequestBreaker } from './options.ts' with { 'resolution-mode': 'import' };

declare module 'axios' {
  // biome-ignore lint/suspicious/noExplicitAny: what is added to must have the same parameters
  interface AxiosRequestConfig<D = any> {
    /** As in ESM: `false`: this request is not guarded. `{ key }`: that breaker guards it. */
    circuitBreaker?: RequestBreaker;
  }
}
