import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { examineDefined } from '../../../../../packages/toolkit/operate/doctor/examine-api.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-api-view-'));
after(() => {
  rmSync(folder, { recursive: true });
});

const ref = (name: string): object => ({ Ref: name });

/** A template whose only route requires a key of the plan. */
function withPlan(plan: object, stage: object = {}): string {
  const resources = {
    Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'shop' } },
    List: {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        RestApiId: ref('Api'),
        ResourceId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
        HttpMethod: 'GET',
        AuthorizationType: 'NONE',
        ApiKeyRequired: true,
        Integration: { Type: 'MOCK' },
      },
    },
    Deployment: {
      Type: 'AWS::ApiGateway::Deployment',
      DependsOn: ['List'],
      Properties: { RestApiId: ref('Api') },
    },
    Stage: {
      Type: 'AWS::ApiGateway::Stage',
      Properties: { RestApiId: ref('Api'), DeploymentId: ref('Deployment'), StageName: 'prod' },
    },
    Plan: {
      Type: 'AWS::ApiGateway::UsagePlan',
      Properties: {
        UsagePlanName: 'gold',
        ApiStages: [{ ApiId: ref('Api'), Stage: ref('Stage'), ...stage }],
        ...plan,
      },
    },
  };
  return JSON.stringify({ Resources: resources });
}

describe('the view of an API', () => {
  const limit = { RateLimit: 5, BurstLimit: 5 };
  for (const [title, template, what] of [
    ['of the plan', withPlan({ Throttle: limit }), 'usage plan gold has no quota'],
    ['of one method', withPlan({}, { Throttle: { '/GET': limit } }), 'usage plan gold has no quota'],
    ['that does not exist', withPlan({}), 'usage plan gold has no quota and no throttle'],
  ] as const)
    it(`contains a throttle ${title}`, async () => {
      const file = join(folder, 'template.json');
      writeFileSync(file, template);

      const { findings } = await examineDefined(file, 'prod');

      assert.deepEqual(
        findings.filter(({ id }) => id === 'plan-without-quota').map((finding) => finding.what),
        [what],
      );
    });
});
