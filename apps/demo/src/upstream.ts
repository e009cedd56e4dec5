import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Behaviour, behaviourAt, type UpstreamName } from './script.ts';
import { type ScriptTime, scriptSeconds } from './script-time.ts';

/** As of every service, some answers take much longer than the others, though nothing is wrong. */
const STRAGGLERS = { ratio: 0.02, factor: 5 };

/** An HTTP server that does what the script says at this moment. */
export function createUpstream(name: UpstreamName, time: ScriptTime): Server {
  return createServer((request, response) => {
    const behaviour = behaviourAt(name, scriptSeconds(time));
    const factor = Math.random() < STRAGGLERS.ratio ? STRAGGLERS.factor : 1;
    const delayMs = behaviour.delayMs * (0.6 + 0.8 * Math.random()) * factor;
    setTimeout(() => answer(request, response, behaviour, time.speed), delayMs);
  });
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { badRatio, bad, retryAfterSeconds }: Behaviour,
  speed: number,
): void {
  const fails = Math.random() < badRatio;
  if (fails && bad === 'hang') return; // the caller gives up in its own time
  if (fails && bad === 'reset') {
    request.socket.resetAndDestroy();
    return;
  }
  response.statusCode = fails ? 503 : 200;
  if (fails && retryAfterSeconds !== undefined)
    response.setHeader('retry-after', Math.ceil(retryAfterSeconds / speed));
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ ok: !fails }));
}
