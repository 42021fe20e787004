/** Templates in which a setting decides about an answer that surprises. Its line ends with `# here`. */
import { OPEN, rest } from './deciding-rows.ts';
import { sam } from './deciding-sam-rows.ts';
import type { DecidingRow } from './deciding-rows.ts';

/** A method that maps the request to a function. */
const mapped = (integration: string, method = OPEN): string =>
  rest(method)
    .replace('Type: AWS_PROXY', 'Type: AWS')
    .replace(
      /( *)Uri: .*/,
      `$&
${integration}
        IntegrationResponses: [{ StatusCode: 200 }]`,
    )
    .replace(
      'AuthorizationType: NONE',
      'AuthorizationType: NONE\n      MethodResponses: [{ StatusCode: 200 }]',
    );

const TEXT =
  "exports.handler = async () => ({ statusCode: 200, headers: { 'content-type': 'text/plain' }, body: 'a'.repeat(2000) });";

/** A function behind an HTTP API, as CloudFormation writes it. */
const v2 = (integration: string): string => `
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties: { FunctionName: fn, Runtime: nodejs22.x, Role: 'arn:aws:iam::123456789012:role/fn', Code: ., Handler: index.handler }
  Permission:
    Type: AWS::Lambda::Permission
    Properties: { FunctionName: !Ref Fn, Action: lambda:InvokeFunction, Principal: apigateway.amazonaws.com }
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: api, ProtocolType: HTTP } }
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationUri: !GetAtt Fn.Arn
      PayloadFormatVersion: '2.0'
${integration}
  Route:
    Type: AWS::ApiGatewayV2::Route
    Properties: { ApiId: !Ref Api, RouteKey: GET /, Target: !Sub 'integrations/\${Integration}' }
  Stage: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Api, StageName: $default, AutoDeploy: true } }
`;

export const SURPRISING: readonly (DecidingRow & { readonly code: string; readonly surprise: string })[] = [
  {
    surprise: 'MAPPING_QUOTED',
    kind: 'the mapping in single quotes',
    template: mapped(
      '        RequestParameters:\n          integration.request.header.X-Pet: "\'method.request.querystring.pet\'" # here',
    ),
    code: TEXT,
    status: 200,
  },
  {
    surprise: 'TEMPLATE_SKIPPED',
    kind: 'the templates of which none is for the type of the request',
    template: mapped('        RequestTemplates: # here\n          application/json: "{}"').replace(
      'HttpMethod: GET',
      'HttpMethod: POST',
    ),
    request: { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{"a": 1}' },
    code: TEXT,
    status: 200,
  },
  {
    surprise: 'STAGE_VARIABLE_MISSING',
    kind: 'the variables of the stage, of which one has no value',
    template: mapped(
      '        RequestTemplates: { application/json: \'{"a": "$stageVariables.other"}\' }',
    ).replace('StageName: dev }', 'StageName: dev, Variables: { one: a } } # here'),
    code: TEXT,
    status: 200,
  },
  {
    surprise: 'STATUS_OVERWRITTEN',
    kind: 'the mapping that overwrites the status of an HTTP API',
    template: v2(`      ResponseParameters:
        '500':
          ResponseParameters:
            - Destination: overwrite:statuscode # here
              Source: '403'`),
    code: "exports.handler = async () => ({ statusCode: 500, body: 'ledger is down' });",
    status: 403,
  },
  {
    surprise: 'CERTIFICATE_NOT_ASKED',
    kind: 'the API whose default endpoint asks for no certificate',
    template: `${v2('').replace(/ {2}Api: .*/, '$& # here')}
  Domain:
    Type: AWS::ApiGatewayV2::DomainName
    Properties:
      DomainName: iot.example.com
      DomainNameConfigurations: [{ CertificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/a', EndpointType: REGIONAL, SecurityPolicy: TLS_1_2 }]
      MutualTlsAuthentication: { TruststoreUri: s3://trusted/truststore.pem }
  Mapping:
    Type: AWS::ApiGatewayV2::ApiMapping
    Properties: { ApiId: !Ref Api, DomainName: !Ref Domain, Stage: !Ref Stage }
`,
    code: TEXT,
    status: 200,
  },
  {
    surprise: 'BODY_NOT_VALIDATED',
    kind: 'RequestModel of SAM without ValidateBody',
    template: sam(
      'Api',
      '            RequestModel: { Model: User, Required: true } # here',
      '      Models: { User: { type: object, required: [username], properties: { username: { type: string } } } }',
    ).replace('Method: GET', 'Method: POST'),
    request: { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"name": "ann"}' },
    code: TEXT,
    status: 200,
  },
];
