/** Events of a WebSocket API as API Gateway sends them (developer guide, recorded shapes). */

export function aWebSocketEvent(over: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const { requestContext, ...rest } = over;
  return {
    requestContext: {
      routeKey: '$default',
      eventType: 'MESSAGE',
      stage: 'dev',
      connectedAt: 1_607_854_667_185,
      connectionId: 'L0SM9cOFvHcCIhw=',
      apiId: 'a1b2c3',
      ...(requestContext as object | undefined),
    },
    isBase64Encoded: false,
    ...rest,
  };
}
