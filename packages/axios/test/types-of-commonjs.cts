// Checked by `tsc -p tsconfig.json`: a CommonJS file gets axios' types from another file, and the request's field all the same.
import type { AxiosRequestConfig } from 'axios';

const guardedByItsKey: AxiosRequestConfig = { url: '/', circuitBreaker: { key: 'reads' } };
// @ts-expect-error a slip of the pen
const misspelt: AxiosRequestConfig = { url: '/', circuitBraker: false };
void [guardedByItsKey, misspelt];
