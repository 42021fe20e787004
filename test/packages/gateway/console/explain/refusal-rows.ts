/** Refusals of routes and results that cannot be served as they are; each with the part that is wrong. */
import { aMethod } from '../../../../support/a-method.ts';
import { proxyTo } from '../../../../support/a-stack.ts';
import { ok } from '../../../../support/rest-apis.ts';
import type { Served } from '../surprises/surprise-rows.ts';
import type { TestRequest } from '../../../../support/an-api.ts';

export type Row = {
  readonly name: string;
  readonly source: string;
  readonly api: () => Served;
  readonly request: TestRequest;
  readonly because: RegExp;
  readonly change: RegExp;
  /** A pattern that the explanation must not contain. */
  readonly never: RegExp;
};

export const REFUSED: readonly Row[] = [
  {
    name: 'a function that is called by GET',
    source: 'docs/aws §8',
    api: () => aMethod({ integration: { ...proxyTo('fn'), IntegrationHttpMethod: 'GET' } }),
    request: { target: '/dev/1' },
    because: /Lambda accepts only POST, but IntegrationHttpMethod is "GET"/,
    change: /^Set IntegrationHttpMethod of the integration of ANY \/\{id\} to POST, .* deploy it again/,
    never: /Change the integration/,
  },
  {
    name: 'a mapping to a header that API Gateway sets',
    source: 'docs/aws §7.6',
    api: () =>
      aMethod({
        integration: {
          Type: 'HTTP_PROXY',
          IntegrationHttpMethod: 'GET',
          Uri: 'https://pets.example/',
          RequestParameters: { 'integration.request.header.Content-Length': "'1'" },
        },
      }),
    request: { target: '/dev/1' },
    because: /does not allow a mapping to integration\.request\.header\.Content-Length/,
    change: /^Remove the mapping to the header Content-Length/,
    never: /Change the integration/,
  },
  {
    name: 'a function that returns nothing',
    source: 'docs/aws §3.5',
    api: () => aMethod({ integration: proxyTo('fn'), functions: { fn: () => null } }),
    request: { target: '/dev/1' },
    because: /not a JSON object, but null, which is what a function without a return value returns/,
    change: /^Return \{ statusCode, headers, body \}/,
    never: /stream/,
  },
  {
    name: 'a tuple of Python, which is a list',
    source: 'docs/aws §3.5',
    api: () => aMethod({ integration: proxyTo('fn'), functions: { fn: () => [200, 'ok'] } }),
    request: { target: '/dev/1' },
    because: /not a JSON object, but a list/,
    change: /^Return \{ statusCode, headers, body \}/,
    never: /null/,
  },
  {
    name: 'a function that streams, in an integration that does not',
    source: 'docs/aws §3.7',
    api: () => {
      const api = aMethod({ integration: proxyTo('fn'), functions: { fn: ok } });
      const payload = `{"statusCode":200}${'\0'.repeat(8)}hello`;
      api.ports.invoker.invoke = () => Promise.resolve({ kind: 'returned', payload } as never);
      return api;
    },
    request: { target: '/dev/1' },
    because: /a streamed response, but the integration does not stream/,
    change: /^Set ResponseTransferMode: STREAM in the integration.*without awslambda\.streamifyResponse/,
    never: /where body is a string/,
  },
  {
    name: 'parameters that are missing, with their places',
    source: 'docs/aws §6',
    api: () =>
      aMethod({
        integration: proxyTo('fn'),
        functions: { fn: ok },
        method: {
          RequestValidatorId: 'Check',
          RequestParameters: {
            'method.request.header.X-Tenant': true,
            'method.request.querystring.dry': true,
          },
        },
        more: {
          Check: {
            type: 'AWS::ApiGateway::RequestValidator',
            properties: { RestApiId: 'abcdefghij', ValidateRequestParameters: true },
          },
        },
      }),
    request: { target: '/dev/1' },
    because: /Missing required request parameters: \[X-Tenant, dry\]: header X-Tenant, query parameter dry\./,
    change: /^Send the missing parameters/,
    never: /body/,
  },
];
