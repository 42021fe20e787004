/** Adds the API keys of a case, and the usage plans of its stage, to the template. */
import type { Draft } from './draft.ts';

export function addKeys(draft: Draft): void {
  const { setup } = draft.parityCase;
  const stage = draft.id('Stage');
  for (const [name, properties] of Object.entries(setup.apiKeys ?? {})) {
    const Properties = { Name: name, ...draft.fillAll(properties) };
    draft.add(draft.id('Key', name), { Type: 'AWS::ApiGateway::ApiKey', DependsOn: [stage], Properties });
  }
  for (const [name, { keys, ...properties }] of Object.entries(setup.usagePlans ?? {})) {
    const plan = draft.id('Plan', name);
    draft.add(plan, {
      Type: 'AWS::ApiGateway::UsagePlan',
      DependsOn: [stage],
      Properties: {
        UsagePlanName: name,
        ApiStages: [{ ApiId: { Ref: draft.id('Api') }, Stage: setup.stage }],
        ...draft.fillAll(properties),
      },
    });
    for (const key of (keys ?? []) as readonly string[]) {
      draft.add(draft.id('PlanKey', name, key), {
        Type: 'AWS::ApiGateway::UsagePlanKey',
        Properties: { KeyId: { Ref: draft.id('Key', key) }, KeyType: 'API_KEY', UsagePlanId: { Ref: plan } },
      });
    }
  }
}
