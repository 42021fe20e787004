import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { guardStages } from '../../layers/guard-stages.ts';
import type { Template } from '../../layers/edit-template.ts';
import { aDocument } from '../support/an-access-document.ts';

const ARN = 'arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis';
const aTemplate = (): Template => ({
  Resources: {
    WebAclAssociation: {
      Type: 'AWS::WAFv2::WebACLAssociation',
      Properties: { ResourceArn: { 'Fn::Sub': `${ARN}/{wafStage}` } },
    },
  },
});
const aDocumentOf = (kind: 'rest' | 'http' | 'websocket', apiId: string, stage = 'live', only = 'prod') => ({
  ...aDocument(),
  name: kind,
  kind,
  apis: [{ for: only, apiId, stage }],
});
const NONE = { documents: [], stage: 'prod', leftOut: [] };

/** Stages by logical id. */
const stagesOf = ({ Resources }: Template): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(Resources).map(([id, { Properties }]) => [
      id,
      (Properties?.['ResourceArn'] as { readonly 'Fn::Sub': string })['Fn::Sub'].replace(`${ARN}/`, ''),
    ]),
  );

describe('guardStages', () => {
  it('associates the stages in the parameter, and those of REST APIs in documents of this stage', () => {
    const template = aTemplate();
    const documents = [aDocumentOf('rest', 'rest1', 'v1-a_b'), aDocumentOf('rest', 'other', 'live', 'dev')];

    const { problem } = guardStages(template, { stages: 'a1/prod, rest1/v1-a_b' }, { ...NONE, documents });

    assert.equal(problem, undefined);
    assert.deepEqual(stagesOf(template), {
      WebAclAssociationa1prod: 'a1/stages/prod',
      WebAclAssociationrest1v1DashaUnderscoreb: 'rest1/stages/v1-a_b',
    });
  });

  it('leaves a web ACL without stages, and what only the local gateway has', () => {
    const template = aTemplate();
    const documents = [aDocumentOf('rest', 'local')];

    guardStages(template, {}, { ...NONE, documents, leftOut: ['local'] });

    assert.deepEqual(template.Resources, {});
  });

  it('says which documents have APIs that AWS WAF cannot guard', () => {
    const documents = [aDocumentOf('http', 'h1'), aDocumentOf('websocket', 'w1')];

    const { notes } = guardStages(aTemplate(), {}, { ...NONE, documents });

    assert.deepEqual(notes, [
      "the stack's web ACL does not guard the API of access/http.yml, because AWS WAF supports only the REST APIs of API Gateway, and this is an HTTP API",
      "the stack's web ACL does not guard the API of access/websocket.yml, because AWS WAF supports only the REST APIs of API Gateway, and this is a WebSocket API",
    ]);
  });

  const refusals = [
    {
      name: 'text that is not a stage',
      settings: { stages: 'a1b2c3' },
      says: /"a1b2c3" .* not a stage; write the id of the API and the stage/,
    },
    {
      name: 'a stage of an HTTP API',
      settings: { stages: 'h1/prod' },
      says: /names h1\/prod, but the stack's web ACL cannot protect the API of access\/http\.yml, .* an HTTP API/,
    },
  ];
  for (const { name, settings, says } of refusals)
    it(`refuses ${name}`, () => {
      const known = { ...NONE, documents: [aDocumentOf('http', 'h1')] };

      assert.match(guardStages(aTemplate(), settings, known).problem ?? '', says);
    });

  for (const settings of [{ stages: 'a1/prod' }, { mode: 'block' }])
    it(`refuses ${JSON.stringify(settings)} if the stack has no web ACL`, () => {
      const { problem = '' } = guardStages({ Resources: {} }, settings, NONE);

      assert.match(problem, /require the part waf: add waf to parts/);
    });

  it('says nothing if the stack has no web ACL and no document requires one', () => {
    const settings = { mode: 'count', stages: '' };

    assert.deepEqual(guardStages({ Resources: {} }, settings, NONE), { notes: [] });
  });
});
