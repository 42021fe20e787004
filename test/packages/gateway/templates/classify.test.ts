import { RESOURCE_TYPES } from '../../../../packages/gateway/engine/compose/services/catalogue.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { classifyResources } from '../../../../packages/gateway/templates/classify.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

function classify(
  type: string,
  properties: JsonObject,
  logicalId = 'R',
): { unsupported: string[]; noEffect: string[] } {
  const resource = {
    logicalId,
    type,
    properties,
    physicalId: 'r',
    dependsOn: [],
    place: () => ({ file: 'f' }),
  };
  const { unsupported, noEffect } = classifyResources(RESOURCE_TYPES, 'shop', [resource]);
  return {
    unsupported: unsupported.map(({ property, consequence }) => `${property ?? '*'}: ${consequence}`),
    noEffect: noEffect.map(({ property }) => property ?? '*'),
  };
}

describe('classifyResources', () => {
  const rows: {
    name: string;
    type: string;
    properties: JsonObject;
    unsupported: RegExp[];
    noEffect: string[];
    id?: string;
  }[] = [
    {
      name: 'takes a Lambda proxy method as enforced',
      type: 'AWS::ApiGateway::Method',
      properties: {
        HttpMethod: 'GET',
        AuthorizationType: 'NONE',
        Integration: { Type: 'AWS_PROXY', Uri: 'arn' },
      },
      unsupported: [],
      noEffect: [],
    },
    {
      name: 'takes the triggers of a pool that are called, and names the others',
      type: 'AWS::Cognito::UserPool',
      properties: {
        MfaConfiguration: 'ON',
        LambdaConfig: {
          PreSignUp: 'arn',
          PreTokenGeneration: 'arn',
          UserMigration: 'arn',
          PreTokenGenerationConfig: { LambdaArn: 'arn', LambdaVersion: 'V3_0' },
        },
      },
      unsupported: [
        /^MfaConfiguration: ON: no second factor/,
        /LambdaVersion: V3_0: the trigger does not change the access tokens/,
        /^LambdaConfig\.UserMigration: /,
      ],
      noEffect: [],
    },
    {
      name: 'says nothing of what is switched off, whatever its name',
      type: 'AWS::ApiGateway::Method',
      properties: { A: false, B: 'false', C: '', D: [], E: {}, F: null },
      unsupported: [],
      noEffect: [],
    },
    {
      name: 'says of the role of an integration that it changes nothing',
      type: 'AWS::ApiGateway::Method',
      properties: { Integration: { Credentials: 'arn:aws:iam::123456789012:role/r' } },
      unsupported: [],
      noEffect: [],
    },
    {
      name: 'names the credentials of the caller, which AWS would call the integration with',
      type: 'AWS::ApiGateway::Method',
      properties: { Integration: { Credentials: 'arn:aws:iam::*:user/*' } },
      unsupported: [/^Integration\.Credentials: integrations do not run with the permissions of the caller/],
      noEffect: [],
    },
    {
      name: 'names the credentials of the caller of an HTTP API',
      type: 'AWS::ApiGatewayV2::Integration',
      properties: { CredentialsArn: 'arn:aws:iam::*:user/*' },
      unsupported: [/^CredentialsArn: integrations do not run/],
      noEffect: [],
    },
    {
      name: 'takes the execution log of a WebSocket stage as enforced',
      type: 'AWS::ApiGatewayV2::Stage',
      properties: { DefaultRouteSettings: { LoggingLevel: 'INFO', DetailedMetricsEnabled: true } },
      unsupported: [],
      noEffect: [],
    },
    {
      name: 'names what of an integration response reaches no client',
      type: 'AWS::ApiGatewayV2::IntegrationResponse',
      properties: {
        IntegrationResponseKey: '$default',
        ResponseParameters: { 'route.response.header.x': "'y'" },
      },
      unsupported: [/^ResponseParameters: responses are passed on without these headers/],
      noEffect: [],
    },
    {
      name: 'names a value that cannot be run',
      type: 'AWS::Lambda::Function',
      properties: { PackageType: 'Image' },
      unsupported: [/^PackageType: Image: the gateway cannot run the function/],
      noEffect: [],
    },
    {
      name: 'reads nested properties one by one',
      type: 'AWS::ApiGateway::Method',
      properties: {
        Integration: { Type: 'AWS_PROXY', Credentials: 'role', IntegrationTarget: 'arn:aws:…' },
      },
      unsupported: [/^Integration\.IntegrationTarget: /],
      noEffect: [],
    },
    {
      name: 'passes over what is switched off',
      type: 'AWS::ApiGateway::RestApi',
      properties: { Policy: '', DisableExecuteApiEndpoint: false, Body: {} },
      unsupported: [],
      noEffect: [],
    },
    {
      name: 'reports a property that the table has never heard of',
      type: 'AWS::Lambda::Function',
      properties: { FutureProperty: 1 },
      unsupported: [/^FutureProperty: this property is not applied/],
      noEffect: [],
    },
    {
      name: 'takes method settings that AWS knows as enforced',
      type: 'AWS::ApiGateway::Stage',
      properties: {
        MethodSettings: [
          { HttpMethod: '*', ResourcePath: '/*', LoggingLevel: 'INFO', ThrottlingRateLimit: 1 },
        ],
      },
      unsupported: [],
      noEffect: [],
    },
    {
      name: 'reports method settings that it does not know',
      type: 'AWS::ApiGateway::Stage',
      properties: { MethodSettings: [{ HttpMethod: '*', ResourcePath: '/*', CachingEnable: true }] },
      unsupported: [/^MethodSettings: settings that AWS does not have/],
      noEffect: [],
    },
    {
      name: 'names what a table here cannot do, and keeps silent about what no request feels',
      type: 'AWS::DynamoDB::Table',
      properties: {
        KeySchema: [],
        StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
        ResourcePolicy: { PolicyDocument: {} },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      },
      unsupported: [/^ResourcePolicy: /],
      noEffect: ['PointInTimeRecoverySpecification'],
    },
    {
      name: 'takes what only machines have as without effect',
      type: 'AWS::IAM::InstanceProfile',
      properties: { Roles: ['x'] },
      unsupported: [],
      noEffect: ['*'],
    },
    {
      name: 'reads of a role what it gives, and not who may have it',
      type: 'AWS::IAM::Role',
      properties: { RoleName: 'x', Policies: [{}], AssumeRolePolicyDocument: {}, Description: 'a role' },
      unsupported: [],
      noEffect: ['Description'],
    },
    {
      name: "takes osls's deployment bucket as without effect",
      type: 'AWS::S3::Bucket',
      id: 'ServerlessDeploymentBucket',
      properties: {},
      unsupported: [],
      noEffect: ['*'],
    },
    {
      name: 'takes what a custom domain asks of TLS and of rules, and keeps silent about its certificate',
      type: 'AWS::ApiGateway::DomainName',
      properties: {
        DomainName: 'api.example.com',
        RegionalCertificateArn: 'arn',
        SecurityPolicy: 'TLS_1_2',
        EndpointConfiguration: { Types: ['REGIONAL'] },
        MutualTlsAuthentication: { TruststoreUri: 's3://b/k' },
        RoutingMode: 'ROUTING_RULE_ONLY',
      },
      unsupported: [],
      noEffect: ['RegionalCertificateArn'],
    },
    {
      name: 'takes the record of a domain as without effect',
      type: 'AWS::Route53::RecordSet',
      properties: { Name: 'api.example.com' },
      unsupported: [],
      noEffect: ['*'],
    },
    {
      name: 'names what a bucket would do with its objects',
      type: 'AWS::S3::Bucket',
      properties: {
        BucketName: 'photos',
        NotificationConfiguration: { LambdaConfigurations: [{}] },
        LifecycleConfiguration: { Rules: [] },
        WebsiteConfiguration: { IndexDocument: 'index.html' },
        BucketEncryption: { ServerSideEncryptionConfiguration: [{}] },
      },
      unsupported: [
        /^LifecycleConfiguration: objects stay/,
        /^WebsiteConfiguration: the bucket is not served as a website/,
      ],
      noEffect: ['BucketEncryption'],
    },
    {
      name: 'reports a custom resource',
      type: 'Custom::Thing',
      properties: {},
      unsupported: [/^\*: the function of the custom resource is not called/],
      noEffect: [],
    },
  ];
  for (const { name, type, properties, unsupported, noEffect, id } of rows) {
    it(name, () => {
      const found = classify(type, properties, id);

      assert.equal(found.unsupported.length, unsupported.length, found.unsupported.join());
      unsupported.forEach((pattern, index) => assert.match(found.unsupported[index]!, pattern));
      assert.deepEqual(found.noEffect, noEffect);
    });
  }

  it('puts no type and no property into two classes', () => {
    for (const type of RESOURCE_TYPES.names) {
      const known = RESOURCE_TYPES.classOf(type);
      if (known === undefined) continue;
      const names = [...known.enforced, ...(known.noEffect ?? []), ...Object.keys(known.unsupported ?? {})];

      assert.equal(new Set(names).size, names.length, type);
    }
  });

  it('asks for the line of what has no effect only if it is read', () => {
    const asked: string[] = [];
    const place = (property?: string) => ({
      file: 'f',
      get line() {
        asked.push(property ?? '*');
        return 7;
      },
    });
    const properties = { RuntimeManagementConfig: { UpdateRuntimeOn: 'Auto' }, Runtime: 'nodejs24.x' };
    const type = 'AWS::Lambda::Function';
    const resource = { logicalId: 'R', type, properties, physicalId: 'r', dependsOn: [], place };

    const { noEffect } = classifyResources(RESOURCE_TYPES, 'shop', [resource]);

    assert.deepEqual(asked, []);
    assert.deepEqual(
      noEffect.map(({ property, line }) => [property, line]),
      [['RuntimeManagementConfig', 7]],
    );
  });
});
