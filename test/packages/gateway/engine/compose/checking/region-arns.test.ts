/** ARNs of another region than the one in which a stack is deployed. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { examineStacks } from '../../../../../../packages/gateway/engine/compose/checking/examine.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-regions-'));
after(() => {
  rmSync(folder, { recursive: true });
});

const CERTIFICATE = (region: string): string =>
  `arn:aws:acm:${region}:123456789012:certificate/11111111-2222-3333-4444-555555555555`;
const ACL = (region: string, scope = 'regional'): string =>
  `arn:aws:wafv2:${region}:123456789012:${scope}/webacl/a/11111111-2222-3333-4444-555555555555`;
const STAGE = 'arn:aws:apigateway:us-east-1::/restapis/a1b2c3d4e5/stages/dev';

/** Properties with the region `@`, which must be the stack's, and the property that is named. */
const OF_STACK: readonly (readonly [type: string, properties: string, property: string, source: string])[] = [
  [
    'AWS::Lambda::Function',
    "Runtime: nodejs22.x, Handler: index.h, Role: 'arn:aws:iam::123456789012:role/any', Code: { ZipFile: x }, Layers: ['arn:aws:lambda:@:123456789012:layer:tools:1']",
    'Layers.0',
    'TotalTechGeek/elysia-lambda#2',
  ],
  [
    'AWS::Lambda::EventSourceMapping',
    "FunctionName: orders, EventSourceArn: 'arn:aws:sqs:@:123456789012:orders'",
    'EventSourceArn',
    'https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html',
  ],
  ...(
    [
      ['EventSourceMapping', 'FunctionName', ", EventSourceArn: 'arn:aws:sqs:us-east-1:123456789012:orders'"],
      ['Permission', 'FunctionName', ', Action: lambda:InvokeFunction, Principal: s3.amazonaws.com'],
      ['EventInvokeConfig', 'FunctionName', ', Qualifier: $LATEST, MaximumRetryAttempts: 0'],
      ['Version', 'FunctionName', ''],
      ['Alias', 'FunctionName', ", Name: live, FunctionVersion: '1'"],
      ['Url', 'TargetFunctionArn', ', AuthType: NONE'],
    ] as const
  ).map(
    ([type, property, more]) =>
      [
        `AWS::Lambda::${type}`,
        `${property}: 'arn:aws:lambda:@:123456789012:function:orders'${more}`,
        property,
        'localstack/localstack, test_lambda_api.snapshot.json, recorded',
      ] as const,
  ),
  [
    'AWS::ApiGateway::DomainName',
    `DomainName: api.example.com, EndpointConfiguration: { Types: [REGIONAL] }, RegionalCertificateArn: '${CERTIFICATE('@')}'`,
    'RegionalCertificateArn',
    'serverless-components/express#10',
  ],
  [
    'AWS::ApiGatewayV2::DomainName',
    `DomainName: api.example.com, DomainNameConfigurations: [{ EndpointType: REGIONAL, CertificateArn: '${CERTIFICATE('@')}' }]`,
    'DomainNameConfigurations.0.CertificateArn',
    'https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-regional-api-custom-domain-create.html',
  ],
  [
    'AWS::WAFv2::WebACLAssociation',
    `ResourceArn: '${STAGE}', WebACLArn: '${ACL('@')}'`,
    'WebACLArn',
    'https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html',
  ],
];

/** Properties that are refused wherever the stack is deployed. */
const ANYWHERE: readonly (readonly [type: string, properties: string, property: string, source: string])[] = [
  [
    'AWS::WAFv2::WebACLAssociation',
    `ResourceArn: '${STAGE}', WebACLArn: '${ACL('us-east-1', 'global')}'`,
    'WebACLArn',
    'https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html',
  ],
  [
    'AWS::SNS::Subscription',
    "Protocol: sqs, Endpoint: 'arn:aws:sqs:eu-west-1:123456789012:orders', TopicArn: 'arn:aws:sns:eu-west-1:123456789012:orders', Region: eu-central-1",
    'Region',
    'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-subscription.html',
  ],
  [
    'AWS::Cognito::UserPoolDomain',
    `UserPoolId: us-east-1_Ab12Cd34E, Domain: auth.example.com, CustomDomainConfig: { CertificateArn: '${CERTIFICATE('eu-west-1')}' }`,
    'CustomDomainConfig.CertificateArn',
    'https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-add-custom-domain.html',
  ],
];

async function refusedIn(type: string, properties: string, region: string | undefined) {
  const file = join(folder, 'template.yaml');
  writeFileSync(file, `Resources:\n  Part: { Type: ${type}, Properties: { ${properties} } }\n`);
  const { findings } = await examineStacks([file], {
    stage: 'dev',
    region: region ?? 'us-east-1',
    ...(region !== undefined && { chosen: { region } }),
    accountId: '123456789012',
    parameters: {},
    environment: {},
    directory: folder,
  });
  return findings.filter(({ severity }) => severity === 'refused').map(({ property }) => property);
}

describe('the region of an ARN', () => {
  for (const [type, properties, property, source] of OF_STACK)
    it(`is that of the stack: ${property} of ${type} (${source})`, async () => {
      const other = properties.replace('@', 'eu-west-1');
      const same = properties.replace('@', 'us-east-1');

      assert.deepEqual(await refusedIn(type, other, 'us-east-1'), [property]);
      assert.deepEqual(await refusedIn(type, same, 'us-east-1'), []);
      assert.deepEqual(await refusedIn(type, other, undefined), [], 'a template may be deployed anywhere');
    });

  for (const [type, properties, property, source] of ANYWHERE)
    it(`is refused in every region: ${property} of ${type} (${source})`, async () => {
      assert.deepEqual(await refusedIn(type, properties, undefined), [property]);
    });
});
