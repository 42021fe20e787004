import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Template } from '../../layers/edit-template.ts';
import { addAliases } from '../../layers/roll-out.ts';
import type { Rollout } from '../../layers/roll-out.ts';

const PREVIOUS = { 'token-authorizer': '', 'request-authorizer': '' };

/** Returns a template as osls writes it, with function versions. */
function aTemplate(): Template {
  const resourcesOf = (id: string, hash: string): Template['Resources'] => ({
    [id]: { Type: 'AWS::Lambda::Function', Properties: {} },
    [`${id.replace('Function', 'Version')}${hash}`]: {
      Type: 'AWS::Lambda::Version',
      Properties: { FunctionName: { Ref: id } },
    },
  });
  return {
    Resources: {
      ...resourcesOf('TokenDashauthorizerLambdaFunction', 'aB1'),
      ...resourcesOf('RequestDashauthorizerLambdaFunction', 'cD2'),
    },
    Outputs: { TokenAuthorizerArn: { Value: 'arn', Export: { Name: 'gatewright-prod-TokenAuthorizerArn' } } },
  };
}

function rollOut(rollout: Rollout, template = aTemplate()) {
  return { refused: addAliases(template, rollout, 'gatewright-prod'), template };
}

describe('addAliases', () => {
  for (const versions of [false, 'false', undefined])
    it(`changes nothing if versions are ${String(versions)}`, () => {
      const { refused, template } = rollOut({
        ...(versions !== undefined && { versions }),
        previous: PREVIOUS,
        previousWeight: 0,
      });

      assert.deepEqual([refused, template], [undefined, aTemplate()]);
    });

  it('gives each authorizer an alias that can be called and imported, in addition to what existed', () => {
    const { refused, template } = rollOut({ versions: 'true', previous: PREVIOUS });

    assert.equal(refused, undefined);
    const { Resources, Outputs } = template;
    assert.equal(Object.keys(Resources).length, Object.keys(aTemplate().Resources).length + 4);
    assert.deepEqual(Resources['RequestAuthorizerLive'], {
      Type: 'AWS::Lambda::Alias',
      Properties: {
        Description:
          'APIs that call the authorizer import this alias. Its weights move calls from one version to the next',
        FunctionName: { Ref: 'RequestDashauthorizerLambdaFunction' },
        FunctionVersion: { 'Fn::GetAtt': ['RequestDashauthorizerLambdaVersioncD2', 'Version'] },
        Name: 'live',
      },
    });
    assert.deepEqual(Resources['TokenAuthorizerLivePermission']?.Properties, {
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
      SourceAccount: { Ref: 'AWS::AccountId' },
      FunctionName: { Ref: 'TokenAuthorizerLive' },
    });
    assert.deepEqual(Outputs, {
      ...aTemplate().Outputs,
      TokenAuthorizerLiveArn: {
        Value: { Ref: 'TokenAuthorizerLive' },
        Export: { Name: 'gatewright-prod-TokenAuthorizerLiveArn' },
      },
      RequestAuthorizerLiveArn: {
        Value: { Ref: 'RequestAuthorizerLive' },
        Export: { Name: 'gatewright-prod-RequestAuthorizerLiveArn' },
      },
    });
  });

  it('keeps a share of the calls on the previous version of the named function', () => {
    const previous = { ...PREVIOUS, 'request-authorizer': '41' };
    const { template } = rollOut({ versions: true, previous, previousWeight: '0.9' });

    const routing = (id: string): unknown => template.Resources[id]?.Properties?.['RoutingConfig'];
    assert.deepEqual(routing('RequestAuthorizerLive'), {
      AdditionalVersionWeights: [{ FunctionVersion: '41', FunctionWeight: 0.9 }],
    });
    assert.equal(routing('TokenAuthorizerLive'), undefined);
  });

  it('takes an empty parameter for no weight', () => {
    const { refused } = rollOut({ versions: true, previous: PREVIOUS, previousWeight: '' });

    assert.equal(refused, undefined);
  });

  it('ends a rollout by changing only the weight', () => {
    const previous = { ...PREVIOUS, 'request-authorizer': 41 };
    const { template } = rollOut({ versions: true, previous, previousWeight: 0 });

    assert.equal(template.Resources['RequestAuthorizerLive']?.Properties?.['RoutingConfig'], undefined);
  });

  const wrong: readonly (readonly [name: string, rollout: Rollout, problem: RegExp])[] = [
    [
      'a weight without versions',
      { previousWeight: 0.5, previous: PREVIOUS },
      /requires authorizerVersions: true in params/,
    ],
    [
      'a previous version without versions',
      { previous: { ...PREVIOUS, 'token-authorizer': '3' } },
      /requires authorizerVersions: true in params/,
    ],
    [
      'a weight without a version',
      { versions: true, previousWeight: 0.5, previous: PREVIOUS },
      /is set, but no previous version/,
    ],
    [
      'a weight above 1',
      { versions: true, previousWeight: '10', previous: { 'token-authorizer': 3 } },
      /previousWeight must be .*, not 10/,
    ],
    [
      'a weight that is not a number',
      { versions: true, previousWeight: 'half', previous: { 'token-authorizer': 3 } },
      /previousWeight must be .*, not half/,
    ],
    [
      'an invalid version',
      { versions: true, previousWeight: 0.5, previous: { 'token-authorizer': '$LATEST' } },
      /must be a version number such as 41, not "\$LATEST"/,
    ],
    [
      'a function that has no version',
      { versions: true, previous: { 'ws-ticket': '' } },
      /has no version of the function ws-ticket/,
    ],
  ];
  for (const [name, rollout, problem] of wrong)
    it(`refuses ${name}`, () => assert.match(rollOut(rollout).refused?.problem ?? '', problem));
});
