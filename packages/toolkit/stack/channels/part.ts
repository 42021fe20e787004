import type { ChosenPart } from '../stack-part.ts';

export const channelsPart: ChosenPart = {
  name: 'channels',
  chosenAs: 'channels',
  needs: ['authorizers'],
  summary:
    'A WebSocket API with connections, channels and stored messages, and the function that issues one-time tickets.',
  functions: [
    'ws-connect',
    'ws-disconnect',
    'ws-subscribe',
    'ws-unsubscribe',
    'ws-publish',
    'ws-default',
    'ws-publisher',
    'ws-ticket',
  ],
  handlers: ['websocket', 'middleware/ws-ticket.ts'],
  resourceFiles: ['channels/table.yml', 'channels/resources.yml'],
  tables: ['ConnectionsTable'],
  alarms: [
    'ChannelsFailedAlarm',
    'ChannelsThrottlesAlarm',
    'WsPublisherNotSentAlarm',
    'WebSocketErrorsAlarm',
  ],
  parameters: [
    'websocketApi',
    'websocketLogs',
    'channelKeptSeconds',
    'channelPingSeconds',
    'connectionsPerCaller',
    'channelMessagesPerConnection',
    'channelMessagesPerCaller',
    'apis',
    'reservedWsPublisher',
  ],
  commands: ['send'],
  guides: ['docs/guides/receive/realtime.md', 'docs/guides/receive/live.md'],
};
