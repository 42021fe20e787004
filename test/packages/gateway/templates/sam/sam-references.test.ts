import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json } from '@gatewright/aws/json-object';
import { parameterValues } from '../../../../../packages/gateway/templates/sam/sam-references.ts';
import { samSecurity, samTemplate, samText } from '../sam-builders.ts';
import { aStack } from '../stack-builders.ts';

const GET = 'Path: /x, Method: get';

describe('parameterValues', () => {
  it('has the given value, otherwise the default, and no values of other parameters', () => {
    const Parameters = {
      Given: { Type: 'String', Default: 'usual' },
      Usual: { Type: 'Number', Default: 7 },
      List: { Type: 'CommaDelimitedList', Default: 'a, b' },
      Open: { Type: 'String' },
      OpenList: { Type: 'CommaDelimitedList' },
      Stored: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/a' },
    };

    assert.deepEqual(Object.fromEntries(parameterValues({ Parameters }, { Given: 'given' })), {
      Given: 'given',
      Usual: '7',
      List: ['a', 'b'],
    });
  });
});

describe('names that SAM generates', () => {
  it("finds the generated resources by SAM's names", () => {
    const outputs = (name: string): string => `
Parameters: { Stage: { Type: String, Default: prod } }
Outputs: { Out: { Value: ${name} } }`;
    const template = (name: string): string =>
      samTemplate('Api', 'Domain: { DomainName: a.example, CertificateArn: arn }', { A: GET }, outputs(name))
        .replace('StageName: live', 'StageName: !Ref Stage')
        .replace('Handler: a.b', 'Handler: a.b\n      AutoPublishAlias: live');
    const valueOf = (name: string): Json | undefined => aStack(template(name)).resolveOutputs().get('Out');

    for (const [name, value] of [
      ['!Ref Api.Stage', /^prod$/],
      // aws/serverless-application-model, tests/translator/output/explicit_api.json: a parameter is no part of the id
      ['!Ref ApiStage', /^prod$/],
      ["!Sub 'https://x/${Api.Stage}/'", /^https:\/\/x\/prod\/$/],
      ['!Ref Api.DomainName', /^a\.example$/],
      ['!GetAtt Api.DomainName.RegionalDomainName', /^d-.*amazonaws\.com$/],
      ['!Ref Api.Deployment', /^[a-z0-9]{6}$/],
      ['!Ref F.Version', /:function:shop-F-[A-Z0-9]+:1$/],
      ['!Ref F.Alias', /:function:shop-F-[A-Z0-9]+:live$/],
    ] as const)
      assert.match(
        JSON.stringify(valueOf(name)).slice(1, -1),
        value,
        `SAM specification, generated resources: ${name}`,
      );
  });

  it('calls the alias of a function that publishes one', () => {
    const text = samTemplate('Api', '', { A: GET }).replace(
      'Handler: a.b',
      'Handler: a.b\n      AutoPublishAlias: live',
    );
    assert.match(samText(text, 'Api GET /x', 'Uri'), /:function:shop-F-[A-Z0-9]+:live\/invocations$/);
  });

  it('gives an event that refers to a CloudFormation API only the permission to call', () => {
    const text = samTemplate('Api', '', { A: GET }).replace(
      'Type: AWS::Serverless::Api\n    Properties: { StageName: live,  }',
      'Type: AWS::ApiGateway::RestApi',
    );

    assert.deepEqual(samSecurity(text), {});
    assert.match(samText(text, 'FAPermissionStage', 'SourceArn'), /\/\*\/GET\/x$/);
  });
});
