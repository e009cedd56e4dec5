import {
  abortVerdict,
  type Failure,
  retryAfterMs,
  sourceFailed,
  statusError,
  statusVerdict,
  type Verdict,
} from '@cb/core/kit';
import type { AxiosError, AxiosRequestConfig, AxiosResponse } from 'axios';
import { originOf, originOfAddress } from './address.ts';
import type { AxiosOutcome } from './options.ts';

/** What Node, axios and follow-redirects call a request that can never be sent. */
const NEVER_SENT =
  /^ERR_(INVALID_|HTTP_INVALID_HEADER|UNESCAPED_CHARACTERS|BAD_OPTION|NOT_SUPPORT|FORM_DATA_DEPTH|FR_MAX_BODY)/;

/** What a request says about the other side. The order of the questions matters: each trusts that the ones before said no. */
export function axiosVerdict({ config, response, error }: AxiosOutcome): Verdict {
  if (response) return answerVerdict(config, response);
  if (isCancel(error)) return abortVerdict((config.signal ?? {}) as { reason?: unknown });
  if (isCallersMistake(error) || sourceFailed(config.data)) return 'ignored';
  const answer = refusedAnswer(config, error);
  return answer ? answerVerdict(config, answer) : 'failure';
}

/** What the breaker's history shows, and how long the other side asked to be left alone. */
export function failureOf({ config, response, error }: AxiosOutcome): Failure {
  const answer = response ?? refusedAnswer(config, error);
  if (!answer) return { error };
  const { status, headers } = answer;
  return {
    error: statusVerdict(status) === 'failure' ? statusError(status) : error,
    retryAfterMs: retryAfterMs(headers?.['retry-after'], headers?.date),
  };
}

/**
 * The response of a request that failed for nothing but its status. An error can carry a response whose status was fine
 * (axios 1.21: the body died, timed out or could not be decompressed), and that is no answer.
 */
function refusedAnswer({ validateStatus }: AxiosRequestConfig, error: unknown): AxiosResponse | undefined {
  const response = (error as Partial<AxiosError> | null | undefined)?.response;
  if (!response?.status || !validateStatus || validateStatus(response.status)) return undefined;
  return response;
}

/** Bad news from a host that a redirect led to says nothing about the one that was asked. */
function answerVerdict(config: AxiosRequestConfig, { status, request }: AxiosResponse): Verdict {
  const verdict = statusVerdict(status);
  if (verdict === 'success' || config.socketPath) return verdict;
  const endedAt: unknown = request?.res?.responseUrl ?? request?.responseURL; // Node's, a browser's
  if (typeof endedAt !== 'string' || endedAt === '') return verdict;
  const asked = originOf(config);
  return asked !== null && originOfAddress(endedAt) !== asked ? 'ignored' : verdict;
}

function isCancel(error: unknown): boolean {
  const { code, __CANCEL__ } = (error ?? {}) as { code?: unknown; __CANCEL__?: unknown };
  return code === 'ERR_CANCELED' || __CANCEL__ === true;
}

function isCallersMistake(error: unknown): boolean {
  const { code, name, cause, request, response, isAxiosError } = (error ??
    {}) as Partial<AxiosErrorOfTypeError>;
  if (code === 'ERR_BAD_REQUEST') return !response; // with a response it is a 4xx, without one axios refused to send
  if (isNeverSent(code)) return true;
  if (name !== 'TypeError') return false;
  // A TypeError by which fetch's Request could not even be made, or that carries what Node says of an address.
  return (isAxiosError && code === undefined && !request) || isNeverSent(cause?.code);
}

/** axios 0.x puts its whole config into the code of an error of an upload's source. */
function isNeverSent(code: unknown): boolean {
  return typeof code === 'string' && NEVER_SENT.test(code);
}

type AxiosErrorOfTypeError = Omit<AxiosError, 'cause'> & { cause: { code?: unknown } };
