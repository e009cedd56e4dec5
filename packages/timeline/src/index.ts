export { BreakerTimeline, type BreakerTimelineProps } from './breaker-timeline.tsx';
export type { TimelineLane, TimelineSegment, TimelineSelection, TimelineState } from './lanes.ts';
export {
  type BreakerTimelineData,
  type BreakerTimelineSource,
  useBreakerTimeline,
} from './live/use-breaker-timeline.ts';
