export { STATE_SLUGS, type StateSlug, slugOf, wordOf } from '@cb/timeline/drawing';
