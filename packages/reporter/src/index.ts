export { connectDashboard, type Reporter, type ReporterStats } from './connect-dashboard.ts';
export type { ReporterOptions } from './options.ts';
export type { PipelineLike, PolicyLike, Source } from './sources.ts';
