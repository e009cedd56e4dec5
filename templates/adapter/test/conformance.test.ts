import { isCircuitOpenError } from '@cb/core';
import { describeAdapter } from '@cb/testing';
import { installBreaker } from '../src/index.ts';
import { ToyClient } from './toy-client.ts';

describeAdapter('@cb/adapter-template', {
  make({ breaker, key, classify, onError, retries, installTwice }) {
    const client = new ToyClient(retries, (error) => !isCircuitOpenError(error));
    const options = { ...breaker, onError, ...(key && { key }), ...(classify && { classify }) };
    const { breakers, uninstall } = installBreaker(client, options);
    if (installTwice) installBreaker(client, { ...options, group: breakers });
    return { call: (url, call) => client.request({ url, ...call }), group: breakers, uninstall };
  },
  raw: (url, call) => new ToyClient().request({ url, ...call }),
  caps: {
    cannot: {
      'unread-body': 'the toy client reads every body to its end',
      'streaming-body': 'the toy client reads every body to its end',
      'upload-error': 'the toy client does not say whose error it was',
    },
  },
});
