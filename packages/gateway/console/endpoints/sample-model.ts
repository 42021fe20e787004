import type { SampleName } from '../../core/stack/event-sources.ts';

/** The sources of the page's sample events: every supported event source, and APIs. */
export type SampledSource = SampleName | 'REST API' | 'HTTP API' | 'WebSocket API' | 'Authorizer, TOKEN';
