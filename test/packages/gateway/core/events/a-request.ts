import { HeaderList } from '../../../../../packages/gateway/core/events/header-list.ts';
import type { RoutedFacts } from '../../../../../packages/gateway/core/events/request-facts.ts';

type Changes = Partial<RoutedFacts> & { readonly text?: string; readonly rawHeaders?: readonly string[] };

/** `GET /dev/pets/1` on a REST API without headers; `text` is the body. */
export function aRequest(overrides: Changes = {}): RoutedFacts {
  const { text, rawHeaders = [], ...facts } = overrides;
  return {
    method: 'GET',
    rawPath: '/dev/pets/1',
    rawQuery: '',
    headers: new HeaderList(rawHeaders),
    body: text === undefined ? undefined : Buffer.from(text),
    sourceIp: '192.0.2.1',
    protocol: 'HTTP/1.1',
    requestId: '0f1e2d3c-4b5a-4678-9abc-def012345678',
    extendedRequestId: 'JCIoWGiIvHcEsxg=',
    traceHeader: 'Root=1-67fd7aa2-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=0',
    receivedAtEpochMs: 1_744_668_818_115,
    api: {
      apiId: 'abc123',
      accountId: '123456789012',
      region: 'us-east-1',
      domainName: 'abc123.execute-api.us-east-1.amazonaws.com',
    },
    stage: { name: 'dev', deploymentId: 'dep123', variables: null },
    route: {
      routeKey: 'GET /pets/{id}',
      resourceId: 'res123',
      resourcePath: '/pets/{id}',
      operationName: undefined,
    },
    path: '/pets/1',
    pathParameters: { id: '1' },
    ...facts,
  };
}

/** The same request at the `$default` stage of an HTTP API. */
export function anHttpRequest(overrides: Changes = {}): RoutedFacts {
  return aRequest({
    rawPath: '/pets/1',
    requestId: 'JCIoWGiIvHcEsxg=',
    stage: { name: '$default', deploymentId: 'dep123', variables: null },
    route: {
      routeKey: 'GET /pets/{id}',
      resourceId: 'GET /pets/{id}',
      resourcePath: '/pets/{id}',
      operationName: undefined,
    },
    ...overrides,
  });
}
