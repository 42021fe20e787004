import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  explainMissingPermission,
  findMissingRights,
} from '../../../../../packages/gateway/console/explain/missing-right.ts';
import { anApi } from '../../../../support/an-api.ts';
import { recording, storyOf } from '../../../../support/recorded-apis.ts';
import { ok, TOKEN, withAuthorizer } from '../../../../support/rest-apis.ts';
import { httpRoutes, restRoutes } from '../../../../support/routed-apis.ts';
import { describeDenial } from '../../../../../packages/gateway/core/policy/identities.ts';

const question = { action: 's3:GetObject', resource: 'arn:aws:s3:::bucket/key' };
const identity = {
  name: 'list',
  accessKeyId: 'AKID',
  secretAccessKey: 's',
  policies: [],
  arn: 'arn:aws:sts::123456789012:assumed-role/reader/list',
} as unknown as Parameters<typeof describeDenial>[0];

describe('findMissingRights', () => {
  it('reads the messages with which calls are refused here, in an error or in a line, once', () => {
    const text = describeDenial(identity, question, 'implicit-deny');
    const line = JSON.stringify({ level: 'error', message: text });

    assert.deepEqual(findMissingRights([`AccessDenied: ${text}`, line]), {
      because: ['No policy of the role reader allows s3:GetObject on arn:aws:s3:::bucket/key.'],
      changes: [
        'Add to the policies of the role reader: {"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/key"}.',
      ],
    });
  });

  it('distinguishes a Deny from a missing statement', () => {
    const { because, changes } = findMissingRights([describeDenial(identity, question, 'explicit-deny')]);

    assert.match(because.join(), /^A policy of the role reader denies s3:GetObject/);
    assert.match(changes.join(), /^Remove the statement that denies s3:GetObject/);
  });

  it('finds nothing in other messages', () => {
    assert.deepEqual(findMissingRights(['', 'not authorized']), { because: [], changes: [] });
  });
});

describe('explainMissingPermission', () => {
  it('says which permission to add, and how the call was refused', () => {
    const refusal = 'no AWS::Lambda::Permission lets the API invoke list';

    const { because, changes } = explainMissingPermission(
      { failure: refusal },
      'list',
      'abcdefghij/dev/GET/pets',
    );

    assert.equal(because.join(), `The policy of list does not allow this API to invoke it: ${refusal}.`);
    assert.match(changes.join(), /^Add an AWS::Lambda::Permission for list .*:abcdefghij\/dev\/GET\/pets, /);
  });
});

describe('the permission that an alias lacks', () => {
  const uri =
    'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:list:live/invocations';
  const rows: readonly [by: string, target: string, resources: Parameters<typeof anApi>[0]][] = [
    [
      'a REST API',
      '/dev/pets',
      restRoutes({
        'GET /pets': { Integration: { Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST', Uri: uri } },
      }),
    ],
    [
      'an HTTP API',
      '/pets',
      httpRoutes(['GET /pets'], { integration: { IntegrationType: 'AWS_PROXY', IntegrationUri: uri } }),
    ],
    ['an authorizer', '/dev/pets', withAuthorizer({ ...TOKEN, AuthorizerUri: uri })],
  ];
  for (const [by, target, resources] of rows)
    it(`is added to the alias, whose own policy decides: called by ${by} (docs/aws §4.5)`, async () => {
      const api = recording(
        anApi(
          resources,
          { list: ok, echo: ok, auth: ok },
          { needsPermissions: true, ownFunctions: ['list'] },
        ),
      );
      await api.send({ target, headers: ['Authorization', 'x'] });
      assert.match(storyOf(api.last()), /Add an AWS::Lambda::Permission for list:live /);
    });
});

describe('a permission whose source ARN was meant for the call', () => {
  const of = (source: string) => ({
    change: 'Add another.',
    permitted: [`Perm (template.yaml:9) for arn:aws:execute-api:us-east-1:123456789012:${source}`],
    elsewhere: [],
  });

  // aws/serverless-application-model#1860, terraform-aws-modules/terraform-aws-apigateway-v2#41
  it('loses the part that $default does not have', () => {
    const { changes } = explainMissingPermission(
      { failure: 'no', permission: of('a/*/*/*') },
      'list',
      'a/$default/$default',
    );
    assert.deepEqual(changes, [
      'End the source ARN of Perm (template.yaml:9) with /*/$default for this route, or with /*/* for every route.',
    ]);
  });

  it('gets the part after the API id', () => {
    const { changes } = explainMissingPermission(
      { failure: 'no', permission: of('a') },
      'list',
      'a/dev/GET/x',
    );
    assert.deepEqual(changes, ['Write /* after the source ARN of Perm (template.yaml:9).']);
  });

  it('is not the one of another API or route', () => {
    for (const source of ['b/*/*/*', 'a/*/GET/y']) {
      const { changes } = explainMissingPermission(
        { failure: 'no', permission: of(source) },
        'list',
        'a/dev/GET/x',
      );
      assert.deepEqual(changes, ['Add another.']);
    }
  });
});
