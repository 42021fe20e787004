import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeNarrowed, findInvalidApi, knownApisOf, putKnownApis } from '../../layers/known-apis.ts';
import type { Template } from '../../layers/edit-template.ts';
import { aDocument } from '../support/an-access-document.ts';

const ARN = 'arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}';
const aTemplate = (more: Template['Resources'] = {}): Template =>
  structuredClone({
    Resources: {
      Permission: {
        Type: 'AWS::Lambda::Permission',
        Properties: { SourceArn: { 'Fn::Sub': `${ARN}:{socketApi}/*` } },
      },
      Function: {
        Type: 'AWS::Lambda::Function',
        Properties: { Environment: { Variables: { TABLE: 't', APIS: { 'Fn::Sub': '{socketApi}' } } } },
      },
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          Policies: [
            {
              PolicyName: 'run',
              PolicyDocument: {
                Statement: [
                  { Action: 'logs:PutLogEvents', Resource: 'group' },
                  {
                    Action: 'execute-api:Invoke',
                    Resource: [
                      { 'Fn::Sub': `${ARN}:{cacheApi}/*/GET/*` },
                      { 'Fn::Sub': `${ARN}:{cacheApi}/*/HEAD/*` },
                    ],
                  },
                ],
              },
            },
          ],
        },
      },
      ...more,
    },
  });
const NONE = { socketApi: [], ticketApi: [], cacheApi: [] };

describe('the APIs that the stack knows', () => {
  it('are those in the parameter, and those in access documents of this stage', () => {
    const apis = (apiId: string, stage = 'prod') => [{ for: stage, apiId, stage }];
    const documents = [
      { ...aDocument(), kind: 'websocket', apis: [...apis('socket'), ...apis('other', 'dev')] } as const,
      { ...aDocument(), kind: 'http', apis: apis('http') } as const,
      { ...aDocument(), kind: 'rest', apis: apis('rest'), givesTickets: true } as const,
    ];

    assert.deepEqual(knownApisOf({ apis: 'one, two', cacheApis: 'a/cached,b/cached' }, documents, 'prod'), {
      socketApi: ['one', 'two', 'socket'],
      ticketApi: ['one', 'two', 'rest'],
      cacheApi: ['cached'],
    });
    assert.deepEqual(knownApisOf({ apis: '' }, [], 'prod'), NONE);
  });

  for (const { given, expected } of [
    { given: { apis: 'a1b2c3d4e5', cacheApis: '' }, expected: /^$/ },
    { given: { cacheApis: 'orders/a1b2c3d4e5, shop.v2/a1b2c3d4e5' }, expected: /^$/ },
    { given: { apis: 'a1b2c3d4e5, *' }, expected: /"\*" in the parameter apis/ },
    { given: { apis: 'orders/a1b2c3d4e5' }, expected: /in the parameter apis/ },
    { given: { cacheApis: 'a1b2c3d4e5' }, expected: /in the parameter cacheApis/ },
    { given: { cacheApis: 'orders/a1b2c3d4e5/dev' }, expected: /in the parameter cacheApis/ },
  ])
    it(`are ids only: ${JSON.stringify(given)}`, () => {
      assert.match(findInvalidApi(given) ?? '', expected);
    });

  it('each get a permission', () => {
    const template = aTemplate();
    putKnownApis(template, { ...NONE, socketApi: ['one', 'two'] }, 'Socket');

    const { Function: called, Role: role, ...permissions } = template.Resources;
    assert.deepEqual(
      Object.entries(permissions).map(([id, { Properties }]) => [id, Properties?.['SourceArn']]),
      ['one', 'two'].map((id) => [`Permission${id}`, { 'Fn::Sub': `${ARN}:${id}/*` }]),
    );
    assert.deepEqual(called?.Properties, { Environment: { Variables: { TABLE: 't', APIS: 'one,two' } } });
    assert.doesNotMatch(JSON.stringify(role), /execute-api/);
  });

  it('do not exist if no API is named: the permission and the right are removed', () => {
    const template = aTemplate();
    putKnownApis(template, NONE, 'Socket');

    assert.deepEqual(Object.keys(template.Resources), ['Function', 'Role']);
    assert.doesNotMatch(JSON.stringify(template), /execute-api|Api\}/);
    assert.match(JSON.stringify(template), /logs:PutLogEvents/);
  });

  it("begin with the stack's own, by Ref, if the stage has it", () => {
    const template = aTemplate({ Socket: { Type: 'AWS::ApiGatewayV2::Api' } });
    putKnownApis(template, { ...NONE, socketApi: ['one'] }, 'Socket');

    assert.match(JSON.stringify(template.Resources['Function']), /"APIS":\{"Fn::Sub":"\$\{Socket\},one"\}/);
  });

  it('may be asked again by the cache, by GET and HEAD', () => {
    const template = aTemplate();
    putKnownApis(template, { ...NONE, cacheApi: ['one', 'two'] }, 'Socket');

    const named = JSON.stringify(template.Resources['Role']).match(/:(one|two)\/\*\/(GET|HEAD)/g);
    assert.deepEqual(named, [':one/*/GET', ':one/*/HEAD', ':two/*/GET', ':two/*/HEAD']);
  });

  it('are said to be the only ones, if the deployed stack permits every API of the account', () => {
    const known = { ...NONE, socketApi: ['a1b2c3d4e5'] };

    assert.equal(describeNarrowed(aTemplate(), known, ['Permissiona1b2c3d4e5', 'Role']), undefined);
    assert.match(
      describeNarrowed(aTemplate(), known, ['Permission']) ?? '',
      /every API of the account .*\(Permission\)\. This deployment permits only a1b2c3d4e5, .* --param apis=ID$/,
    );
    assert.match(describeNarrowed(aTemplate(), NONE, ['Permission']) ?? '', /permits no API, /);
  });
});
