// What goes wrong before the first byte of HTTP.
import { strict as assert } from 'node:assert';
import type { ConformanceCase } from '../conformance-case.ts';
import { promise } from '../conformance-case.ts';
import { assertTotals, ending, portrait } from '../scene.ts';

export const tls: readonly ConformanceCase[] = [
  promise(
    'tls-untrusted',
    'a certificate that is not trusted is a failure, and nothing is sent',
    async (scene) => {
      const { adapter, anotherServer, make } = scene;
      for (const certificate of ['self-signed', 'wrong-host', 'expired'] as const) {
        const server = await anotherServer({ tls: certificate });
        const client = await make();
        const { error } = await client.send(`${server.url}/status/200`);
        const bare = await ending(adapter.raw(`${server.url}/status/200`));
        assert.notEqual(error, undefined, `the call fails: ${certificate}`);
        assert.deepEqual(portrait(error), portrait(bare.error), certificate);
        assert.equal(server.hits(), 0);
        assertTotals(client, { failed: 1 }, certificate);
      }
    },
  ),

  promise(
    'tls-handshake-cut',
    'a TLS handshake that is reset, closed or left hanging is one failure',
    async ({ anotherServer, make }) => {
      const server = await anotherServer({ tls: 'self-signed' });
      for (const how of ['reset', 'close', 'hang'] as const) {
        server.shakeHands(how);
        const client = await make();
        const signal = AbortSignal.timeout(how === 'hang' ? 50 : 4_000);
        const { error } = await client.send(`${server.url}/status/200`, { signal });
        assert.notEqual(error, undefined, `the call fails: ${how}`);
        assertTotals(client, { failed: 1 }, how);
      }
      assert.equal(server.hits(), 0);
    },
  ),
];
