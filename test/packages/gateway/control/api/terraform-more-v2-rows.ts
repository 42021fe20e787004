/** As terraform-more-rows.ts, for `aws_apigatewayv2_*`. */
import { invokeUri, REGION } from '../../../../support/a-stack.ts';
import type { Row } from '../../../../support/a-terraform-row.ts';
import { document } from './terraform-more-rows.ts';
import { inHttp, inSocket } from './terraform-v2-rows.ts';

const CERTIFICATE = `arn:aws:acm:${REGION}:123456789012:certificate/1`;
const LISTENER = `arn:aws:elasticloadbalancing:${REGION}:123456789012:listener/app/inside/1/2`;

export const MORE_V2_ROWS: readonly Row[] = [
  {
    resource: 'aws_apigatewayv2_api (quick create)',
    from: 'api.go',
    call: 'CreateApi',
    sends: () => ({
      Name: 'quick',
      ProtocolType: 'HTTP',
      RouteKey: 'GET /pets',
      Target: 'https://example.com/pets',
      RouteSelectionExpression: '$request.method $request.path',
    }),
    reads: 'GetApi',
    by: ({ quick }) => ({ ApiId: quick }),
    keeps: { quick: 'ApiId' },
    unread: ['RouteKey', 'Target'],
  },
  {
    resource: 'aws_apigatewayv2_api (body)',
    from: 'api.go',
    call: 'ReimportApi',
    sends: ({ quick }) => ({ ApiId: quick, Body: Buffer.from(document('read')).toString() }),
    reads: 'GetApi',
    by: ({ quick }) => ({ ApiId: quick }),
    unread: ['Body'],
    becomes: { Name: 'read', Version: '1' },
  },
  {
    resource: 'aws_apigatewayv2_api (after its body)',
    from: 'api.go',
    call: 'UpdateApi',
    sends: ({ quick }) => ({ ApiId: quick, Name: 'quick', Description: '', Version: '2' }),
    reads: 'GetApi',
    by: ({ quick }) => ({ ApiId: quick }),
    unread: ['Description'],
  },
  {
    resource: 'aws_apigatewayv2_authorizer (no identity source)',
    from: 'authorizer.go',
    call: 'CreateAuthorizer',
    sends: (ids) => ({
      ...inHttp(ids),
      Name: 'every call',
      AuthorizerType: 'REQUEST',
      AuthorizerUri: invokeUri('admit'),
      AuthorizerPayloadFormatVersion: '1.0',
      IdentitySource: [],
    }),
    reads: 'GetAuthorizer',
    by: (ids) => ({ ...inHttp(ids), AuthorizerId: ids['every'] }),
    keeps: { every: 'AuthorizerId' },
    unread: ['IdentitySource'],
  },
  {
    resource: 'aws_apigatewayv2_authorizer (WEBSOCKET)',
    from: 'authorizer.go',
    call: 'CreateAuthorizer',
    sends: (ids) => ({
      ...inSocket(ids),
      Name: 'connections',
      AuthorizerType: 'REQUEST',
      AuthorizerUri: invokeUri('admit'),
      IdentitySource: ['route.request.header.Auth'],
    }),
    reads: 'GetAuthorizer',
    by: (ids) => ({ ...inSocket(ids), AuthorizerId: ids['connections'] }),
    keeps: { connections: 'AuthorizerId' },
  },
  {
    resource: 'aws_apigatewayv2_integration (VPC link)',
    from: 'integration.go',
    call: 'CreateIntegration',
    sends: (ids) => ({
      ...inHttp(ids),
      IntegrationType: 'HTTP_PROXY',
      ConnectionType: 'VPC_LINK',
      ConnectionId: ids['link'],
      IntegrationMethod: 'ANY',
      IntegrationUri: LISTENER,
      PayloadFormatVersion: '1.0',
    }),
    reads: 'GetIntegration',
    by: (ids) => ({ ...inHttp(ids), IntegrationId: ids['inside'] }),
    keeps: { inside: 'IntegrationId' },
  },
  {
    resource: 'aws_apigatewayv2_route (parameters of the handshake)',
    from: 'route.go',
    call: 'CreateRoute',
    sends: (ids) => ({
      ...inSocket(ids),
      RouteKey: '$connect',
      ApiKeyRequired: false,
      AuthorizationType: 'CUSTOM',
      AuthorizerId: ids['connections'],
      RequestParameters: { 'route.request.querystring.token': { Required: true } },
    }),
    reads: 'GetRoute',
    by: (ids) => ({ ...inSocket(ids), RouteId: ids['connect'] }),
    keeps: { connect: 'RouteId' },
  },
  {
    resource: 'aws_apigatewayv2_domain_name (ownership)',
    from: 'domain_name.go',
    call: 'CreateDomainName',
    sends: () => ({
      DomainName: 'owned.example.org',
      DomainNameConfigurations: [
        {
          CertificateArn: CERTIFICATE,
          EndpointType: 'REGIONAL',
          OwnershipVerificationCertificateArn: CERTIFICATE,
          SecurityPolicy: 'TLS_1_2',
        },
      ],
    }),
    reads: 'GetDomainName',
    by: () => ({ DomainName: 'owned.example.org' }),
    needs: ['ApiMappingSelectionExpression'],
  },
  {
    resource: 'aws_apigatewayv2_routing_rule (headers)',
    from: 'routing_rule.go',
    call: 'CreateRoutingRule',
    sends: (ids) => ({
      DomainName: 'api.example.com',
      Actions: [{ InvokeApi: { ApiId: ids['api'], Stage: 'live', StripBasePath: false } }],
      Conditions: [{ MatchHeaders: { AnyOf: [{ Header: 'x-kind', ValueGlob: 'a*' }] } }],
      Priority: 20,
    }),
    reads: 'GetRoutingRule',
    by: ({ headers }) => ({ DomainName: 'api.example.com', RoutingRuleId: headers }),
    keeps: { headers: 'RoutingRuleId' },
    unread: ['DomainName'],
  },
];
