import type { StackPart } from '../stack-part.ts';

export const channelsPart: StackPart = {
  name: 'channels',
  summary:
    'The WebSocket API: connections, channels, kept messages, and the function that issues one-time tickets.',
  functions: [
    ...['ws-connect', 'ws-disconnect', 'ws-subscribe', 'ws-unsubscribe', 'ws-publish', 'ws-default'],
    ...['ws-publisher', 'ws-ticket'],
  ],
  handlers: ['websocket', 'middleware/ws-ticket.ts'],
  resourceFiles: ['channels/resources.yml'],
  tables: ['ConnectionsTable'],
  alarms: [
    'WsConnectErrorsAlarm',
    'WsConnectThrottlesAlarm',
    'WsDisconnectErrorsAlarm',
    'WsDisconnectThrottlesAlarm',
    'WsSubscribeErrorsAlarm',
    'WsSubscribeThrottlesAlarm',
    'WsUnsubscribeErrorsAlarm',
    'WsUnsubscribeThrottlesAlarm',
    'WsPublishErrorsAlarm',
    'WsPublishThrottlesAlarm',
    'WsDefaultErrorsAlarm',
    'WsDefaultThrottlesAlarm',
    'WsPublisherErrorsAlarm',
    'WsPublisherThrottlesAlarm',
    'WsPublisherNotSentAlarm',
    'WsTicketErrorsAlarm',
    'WsTicketThrottlesAlarm',
    'WebSocketErrorsAlarm',
  ],
  parameters: [
    ...['websocketApi', 'websocketLogs', 'channelKeptSeconds', 'channelPingSeconds'],
    ...['connectionsPerCaller', 'reservedWsPublisher'],
  ],
  commands: ['send'],
  guides: ['docs/guides/receive/realtime.md', 'docs/guides/receive/live.md'],
};
