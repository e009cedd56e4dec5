// What the dashboard and the component draw lanes with. Published for the dashboard: it may change in any version.
export * from './columns.ts';
export * from './draw-axis.ts';
export * from './draw-lane.ts';
export * from './durations.ts';
export * from './fit-canvas.ts';
export * from './glyphs.tsx';
export * from './lane.ts';
export * from './lane-palette.ts';
export * from './states.ts';
export * from './time-ticks.ts';
export * from './times.ts';
export * from './track.ts';
