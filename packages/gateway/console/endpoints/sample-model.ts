import type { SampleName } from '../../core/stack/event-sources.ts';

/** What the page has a sample event of: every event source that is served, and APIs. */
export type SampledSource = SampleName | 'REST API' | 'HTTP API' | 'WebSocket API' | 'Authorizer, TOKEN';
