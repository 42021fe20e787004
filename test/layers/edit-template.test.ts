import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  allowTracing,
  removeForeignExports,
  removeImpliedDependencies,
  removeWithDependents,
} from '../../layers/edit-template.ts';

describe('removeWithDependents', () => {
  it('removes everything that refers to a resource, directly or through other resources', () => {
    const template = {
      Resources: {
        Api: { Type: 'Api' },
        ByRef: { Type: 'Stage', Properties: { ApiId: { Ref: 'Api' } } },
        ByAttribute: { Type: 'Alarm', Properties: { List: [{ 'Fn::GetAtt': ['Api', 'Id'] }] } },
        ByAttributeName: { Type: 'Alarm', Properties: { Id: { 'Fn::GetAtt': 'Api.Id' } } },
        ByText: { Type: 'Permission', Properties: { Arn: { 'Fn::Sub': 'arn:${AWS::Region}:${Api}/*' } } },
        ByVariable: {
          Type: 'Permission',
          Properties: { Arn: { 'Fn::Sub': ['${a}', { a: { Ref: 'Api' } }] } },
        },
        ByOrder: { Type: 'Route', DependsOn: ['Other', 'Api'] },
        OfStage: { Type: 'Alarm', DependsOn: 'ByRef' },
        Other: { Type: 'Api', Properties: { Name: 'Api', Text: { 'Fn::Sub': '${!Api} ${ApiOfOthers}' } } },
        ApiOfOthers: { Type: 'Api' },
      },
      Outputs: { Url: { Value: { 'Fn::Sub': 'wss://${Api}.x' } }, Kept: { Value: { Ref: 'Other' } } },
    };

    const gone = removeWithDependents(template, 'Api');

    assert.deepEqual(Object.keys(template.Resources), ['Other', 'ApiOfOthers']);
    assert.deepEqual(Object.keys(template.Outputs), ['Kept']);
    assert.equal(gone.length, 8);
  });

  it('does not change a template without such a resource', () => {
    const template = { Resources: { Other: { Type: 'X', DependsOn: 'Api' } } };

    assert.deepEqual(removeWithDependents(template, 'Api'), []);
    assert.deepEqual(Object.keys(template.Resources), ['Other']);
  });
});

describe('removeImpliedDependencies', () => {
  it('keeps only what nothing else says', () => {
    const Resources = {
      Role: { Type: 'Role' },
      Function: {
        Type: 'Function',
        Properties: { Role: { 'Fn::GetAtt': ['Role', 'Arn'] } },
        DependsOn: ['Role'],
      },
      Method: {
        Type: 'Method',
        Properties: { Uri: { Ref: 'Function' } },
        DependsOn: ['Function', 'Authorizer'],
      },
      Deployment: { Type: 'Deployment', Properties: { Name: 'Method' }, DependsOn: 'Method' },
    };
    removeImpliedDependencies({ Resources });

    assert.deepEqual(
      Object.values(Resources).map((resource) => ('DependsOn' in resource ? resource.DependsOn : undefined)),
      [undefined, undefined, ['Authorizer'], 'Method'],
    );
  });
});

describe('removeForeignExports', () => {
  it('keeps the outputs, and the exports by names of ours', () => {
    const Outputs = {
      Layer: { Value: 'arn', Export: { Name: 'sls-shop-prod-Layer' } },
      Ours: { Value: 'arn', Export: { Name: 'shop-prod-Ours' } },
      Plain: { Value: 'x' },
    };
    removeForeignExports({ Resources: {}, Outputs });

    assert.deepEqual(Outputs, {
      Layer: { Value: 'arn' },
      Ours: { Value: 'arn', Export: { Name: 'shop-prod-Ours' } },
      Plain: { Value: 'x' },
    });
  });
});

describe('allowTracing', () => {
  const stackWith = (Mode: string) => ({
    Resources: {
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: { Policies: [{ PolicyName: 'run' }] } as Record<string, unknown>,
      },
      Fn: {
        Type: 'AWS::Lambda::Function',
        Properties: { Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, TracingConfig: { Mode } },
      },
    },
  });

  it('allows the role of a traced function to send traces, and nothing else', () => {
    const [traced, plain] = [stackWith('Active'), stackWith('PassThrough')];
    allowTracing(traced);
    allowTracing(plain);

    const policies = traced.Resources.Role.Properties['Policies'] as readonly {
      PolicyName: string;
      PolicyDocument?: { Statement: readonly { Action: readonly string[] }[] };
    }[];
    assert.deepEqual(
      policies.map(({ PolicyName }) => PolicyName),
      ['run', 'tracing'],
    );
    assert.deepEqual(policies[1]?.PolicyDocument?.Statement[0]?.Action, [
      'xray:PutTraceSegments',
      'xray:PutTelemetryRecords',
    ]);
    assert.deepEqual(plain.Resources.Role.Properties['Policies'], [{ PolicyName: 'run' }]);
  });
});
