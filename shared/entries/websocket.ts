/**
 * Sends live updates to subscribers, from any of your functions.
 *
 * @module gatewright/websocket
 */
export type { DomainErrorCode, ServiceErrorCode } from '../errors.ts';
export type { WebSocketEvent } from '../aws/websocket-event.ts';
export type { Audience } from '../websocket/listeners.ts';
export type { LivePorts, Posted, RememberOptions } from '../websocket/live.ts';
export type { Publication, Published, Publisher } from '../websocket/lambda-publisher.ts';

export { DomainError } from '../errors.ts';
export { parseWebSocketEvent } from '../aws/websocket-event.ts';
export { acceptConnection } from '../websocket/connect-reply.ts';
export { createLambdaLivePorts } from '../websocket/lambda-live.ts';
export { createLambdaPublisher } from '../websocket/lambda-publisher.ts';
export { forget, post, remember } from '../websocket/live.ts';
