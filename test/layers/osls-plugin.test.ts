import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StackPlugin } from '../../layers/osls-plugin.ts';
import type { Serverless } from '../../layers/osls-plugin.ts';

class OslsError extends Error {
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

function aPlugin(stage: string, variables: Record<string, unknown>, custom: { localStages?: string[] } = {}) {
  const Resources = {
    TokenFunction: { Type: 'AWS::Lambda::Function', Properties: { Environment: { Variables: variables } } },
    Table: { Type: 'AWS::DynamoDB::Table' },
  };
  const serverless: Serverless = {
    serviceDir: '/nowhere',
    configurationInput: { params: { default: {}, dev: {}, prod: {} } },
    service: { custom, layers: {}, provider: { compiledCloudFormationTemplate: { Resources } } },
    classes: { Error: OslsError },
    getProvider: () => ({ getStage: () => stage }),
  };
  return new StackPlugin(serverless).hooks;
}

const finalize = 'after:aws:package:finalize:mergeCustomProviderResources';
const LOCAL = { GATEWRIGHT_ISSUER_URL: 'http://127.0.0.1:4000' };

describe('StackPlugin', () => {
  it('refuses a stage that has no params', () => {
    assert.throws(() => aPlugin('nope', {})['initialize']?.(), {
      message: 'unknown stage "nope": params has dev, prod',
    });
    void aPlugin('dev', {})['initialize']?.();
  });

  const rows = [
    { name: 'lets dev trust the local issuer', stage: 'dev', variables: LOCAL, refused: false },
    { name: 'refuses the local issuer in prod', stage: 'prod', variables: LOCAL, refused: true },
    {
      name: 'lets prod leave the address empty',
      stage: 'prod',
      variables: { GATEWRIGHT_ISSUER_URL: '' },
      refused: false,
    },
    { name: 'lets prod leave the address out', stage: 'prod', variables: {}, refused: false },
    {
      name: 'refuses the local issuer among the others',
      stage: 'prod',
      variables: { GATEWRIGHT_ISSUERS: '[{"issuer":"https://local.gatewright.invalid/"}]' },
      refused: true,
    },
    {
      name: 'refuses an address that is only known at deployment',
      stage: 'prod',
      variables: { GATEWRIGHT_ISSUER_URL: { Ref: 'X' } },
      refused: true,
    },
    {
      name: 'lets a named local stage trust it',
      stage: 'prod',
      variables: LOCAL,
      custom: { localStages: ['prod'] },
      refused: false,
    },
    {
      name: 'refuses dev where it is not local',
      stage: 'dev',
      variables: LOCAL,
      custom: { localStages: [] },
      refused: true,
    },
  ];
  for (const { name, stage, variables, custom, refused } of rows)
    it(name, () => {
      const check = () => aPlugin(stage, variables, custom)[finalize]?.();
      if (refused) assert.throws(check, { code: 'LOCAL_ISSUER_DEPLOYED' });
      else void check();
    });
});
