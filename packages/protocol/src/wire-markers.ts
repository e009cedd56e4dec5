/** Deploys and notes on the time axis, wire version 1. */

/** What happened: `deploy` another version of a service went live, `note` anything else worth seeing beside the lanes. */
export type MarkerKind = 'deploy' | 'note';

/**
 * POST /api/v1/markers, for operators and for whoever has the token of services: a pipeline posts its deploys. Answers
 * the `Marker` as it is kept.
 */
export interface MarkerRequest {
  /** 1 to 120 characters. */
  text: string;
  /** Epoch milliseconds; left out: now. At most 24 hours ago and 5 minutes ahead. */
  t?: number;
  /** Left out: it concerns all services. */
  service?: string;
  /** Default `deploy`. */
  kind?: MarkerKind;
  version?: string;
  /** Of the pipeline, the change, the page that says more: http or https. */
  url?: string;
}

/** One of them as it is kept. `marker` is its number within the epoch. Event `marker` of `/ui` tells a new one at once. */
export interface Marker extends MarkerRequest {
  marker: number;
  t: number;
  kind: MarkerKind;
}

/** GET /api/v1/markers?from&to : oldest first. */
export interface MarkerList {
  epoch: string;
  markers: Marker[];
}
