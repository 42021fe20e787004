/** `gatewright/websocket`: live updates to whoever listens, from any function of yours. */
export type { DomainErrorCode, ServiceErrorCode } from '../errors.ts';
export type { WebSocketEvent } from '../aws/websocket-event.ts';
export type { Audience, LivePorts, Posted, Wish } from '../websocket/live.ts';

export { DomainError } from '../errors.ts';
export { parseWebSocketEvent } from '../aws/websocket-event.ts';
export { acceptConnection } from '../websocket/connect-reply.ts';
export { createLambdaLivePorts } from '../websocket/lambda-live.ts';
export { forget, post, remember } from '../websocket/live.ts';
