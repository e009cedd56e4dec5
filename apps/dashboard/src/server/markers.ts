import { type MarkerList, readMarker } from '@cb/protocol';
import type { Fleet } from './fleet.ts';
import { json } from './reply.ts';
import { BadRequest, type Route, range } from './routes.ts';

/** Deploys and notes: whoever may act may post them, and so may whoever has the token of services, as a pipeline does. */
export function markerRoutes(fleet: Fleet, now: () => number): Route[] {
  return [
    {
      method: 'GET',
      path: 'markers',
      role: 'viewer',
      answer: ({ query }) => {
        const { from, to } = range(query, now());
        return json({ epoch: fleet.epoch, markers: fleet.markers.read(from, to) } satisfies MarkerList);
      },
    },
    {
      method: 'POST',
      path: 'markers',
      role: 'operator',
      services: true,
      answer: ({ body }) => {
        const marker = readMarker(body, now());
        if (typeof marker === 'string') throw new BadRequest(marker);
        return { ...json(fleet.mark(marker)), status: 201 };
      },
    },
  ];
}
