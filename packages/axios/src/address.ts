import { createOriginOf } from '@cb/core/kit';
import type { AxiosRequestConfig } from 'axios';

/** The origin of an absolute address. What it remembers belongs to addresses, not to an interceptor. */
export const originOfAddress: (address: string) => string | null = createOriginOf();

const ABSOLUTE = /^([a-z][a-z\d+\-.]*:)?\/\//i;

/** The origin that a request goes to, or `null` where there is none: axios says what is wrong with it, if anything. */
export function originOf(config: AxiosRequestConfig & { allowAbsoluteUrls?: boolean }): string | null {
  const { url = '', baseURL, socketPath, allowAbsoluteUrls } = config;
  if (socketPath) return `unix:${socketPath}`;
  const isJoined = baseURL && (allowAbsoluteUrls === false || !ABSOLUTE.test(url));
  return originOfAddress(isJoined ? baseURL : url);
}
