import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  describeUnprotected,
  findUnprotectedApis,
} from '../../../../../packages/toolkit/authoring/check/check-unprotected.ts';
import { aDocument } from '../../../../support/an-access-document.ts';

const OURS = {
  'Fn::Join': ['', ['arn:', { 'Fn::ImportValue': 'gatewright-prod-RequestAuthorizerArn' }, '/invocations']],
};
const TEMPLATE = {
  Rest: { Type: 'AWS::ApiGateway::RestApi' },
  RestAuth: {
    Type: 'AWS::ApiGateway::Authorizer',
    Properties: { RestApiId: { Ref: 'Rest' }, AuthorizerUri: OURS, Type: 'REQUEST' },
  },
  // A deployment may make the stage.
  Deployment: {
    Type: 'AWS::ApiGateway::Deployment',
    Properties: { RestApiId: { Ref: 'Rest' }, StageName: 'prod' },
  },
  Stage: {
    Type: 'AWS::ApiGateway::Stage',
    Properties: { RestApiId: { Ref: 'Rest' }, StageName: 'prod' },
  },
  Http: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } },
  HttpAuth: {
    Type: 'AWS::ApiGatewayV2::Authorizer',
    Properties: { ApiId: { Ref: 'Http' }, AuthorizerUri: OURS, AuthorizerPayloadFormatVersion: '2.0' },
  },
  HttpStage: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: { ApiId: { Ref: 'Http' }, StageName: '$default' },
  },
  Open: { Type: 'AWS::ApiGateway::RestApi' },
  OpenStage: {
    Type: 'AWS::ApiGateway::Stage',
    Properties: { RestApiId: { Ref: 'Open' }, StageName: 'prod' },
  },
};
const REST = { stack: 'shop', logicalId: 'Rest', stage: 'prod' };
const HTTP = { stack: 'shop', logicalId: 'Http', stage: '$default' };

describe('findUnprotectedApis', () => {
  it('finds each stage of an API that uses the authorizers, and no other API', () => {
    assert.deepEqual(findUnprotectedApis([], 'shop', TEMPLATE), [REST, HTTP]);
  });

  // aws/serverless-application-model#191
  it('asks for no document about the stage that SAM creates beside the stage of the template', () => {
    const deploymentOf = (StageName: string) => ({
      ...TEMPLATE.Deployment,
      Properties: { ...TEMPLATE.Deployment.Properties, StageName },
    });
    assert.deepEqual(findUnprotectedApis([], 'shop', { ...TEMPLATE, Deployment: deploymentOf('Stage') }), [
      REST,
      HTTP,
    ]);
    const { Stage: _, ...withoutStage } = { ...TEMPLATE, Deployment: deploymentOf('live') };
    assert.deepEqual(findUnprotectedApis([], 'shop', withoutStage), [{ ...REST, stage: 'live' }, HTTP]);
  });

  const protects = (over: object) => [
    { document: aDocument(), for: 'prod', isReadLive: false, ...REST, ...over },
  ];

  it('leaves out what a document protects by stack, logical id and stage', () => {
    assert.deepEqual(findUnprotectedApis(protects({}), 'shop', TEMPLATE), [HTTP]);
    for (const other of [{ stack: 'other' }, { logicalId: 'Open' }, { stage: 'dev' }])
      assert.deepEqual(findUnprotectedApis(protects(other), 'shop', TEMPLATE), [REST, HTTP]);
  });
});

describe('describeUnprotected', () => {
  it('says what happens, and the line to add', () => {
    assert.match(
      describeUnprotected(REST, 'live'),
      /every call is answered with 500: add this API under api in a document, as live: \{ stack: shop, logicalId: Rest, stage: prod \}, and run gatewright access sync \(if a document has this line already, only run the command\)$/,
    );
  });

  it("does not advise another stage's stack", () => {
    const said = describeUnprotected(REST, 'live', 'dev');

    assert.match(
      said,
      /a document names the stack shop only for stage dev\..*samconfig\.toml: set stack_name under \[live\.deploy\.parameters\]$/,
    );
    assert.doesNotMatch(said, /live: \{/);
  });
});
