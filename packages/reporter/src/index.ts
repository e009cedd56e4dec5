export type { ControlAnswer, ControlOp } from '@cb/protocol';
export { connectDashboard, type Reporter, type ReporterStats } from './connect-dashboard.ts';
export type { ReporterOptions } from './options.ts';
export type { AllowRemoteControl, Decision, RemoteCommand } from './permission.ts';
export type { PipelineLike, PolicyLike, Source } from './sources.ts';
