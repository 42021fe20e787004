/** docs/aws §10.2 and §10.3: deployments and canaries as calls run them, and an API in its access logs. */
import { GetStageCommand } from '@aws-sdk/client-api-gateway';
import {
  addRoute,
  anEditedApi,
  deploy,
  patchStage,
  restApiId,
  status,
} from '../../../../support/an-edited-api.ts';
import { accessLogSetting } from '../../../../support/logged-apis.ts';
import { anEchoApi, httpRoutes, restRoutes } from '../../../../support/routed-apis.ts';
import { checkAll } from './requirement.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestRestControl } from '../../../../support/a-rest-control.ts';
import type { TestApi } from '../../../../support/an-api.ts';

const stageName = 'prod';

/** Does this with an API whose stage `prod` has a canary of all requests, which says `color: blue`. */
async function withCanary<Seen>(
  run: (control: TestRestControl, deploymentId: string) => Promise<Seen>,
): Promise<Seen> {
  const control = await anEditedApi();
  try {
    const { deploymentId = '' } = await control.sdk.send(new GetStageCommand({ restApiId, stageName }));
    await patchStage(
      control,
      stageName,
      { op: 'replace', path: '/variables/size', value: 'big' },
      { op: 'replace', path: '/canarySettings/percentTraffic', value: '100' },
      { op: 'replace', path: '/canarySettings/stageVariableOverrides/color', value: 'blue' },
    );
    return await run(control, deploymentId);
  } finally {
    await control.close();
  }
}

checkAll('a stage with a canary', [
  {
    source: 'docs/aws §10.2',
    rule: 'gives a new deployment to its canary alone, without being asked to',
    observe: () =>
      withCanary(async (control, before) => {
        await addRoute(control, 'birds');
        const made = await deploy(control, { stageName });
        const stage = await control.sdk.send(new GetStageCommand({ restApiId, stageName }));
        const byCanary = await status(control, '/prod/birds');
        await patchStage(control, stageName, {
          op: 'replace',
          path: '/canarySettings/percentTraffic',
          value: '0',
        });
        return [
          stage.deploymentId === before,
          stage.canarySettings?.deploymentId === made,
          byCanary,
          await status(control, '/prod/birds'),
        ];
      }),
    expected: [true, true, 200, 403],
  },
  {
    source: 'docs/aws §10.2 [obs]',
    rule: 'takes over deployment and variables of its canary by two copies, and keeps the canary until it is removed',
    observe: () =>
      withCanary(async (control) => {
        const made = await deploy(control, { stageName });
        await patchStage(
          control,
          stageName,
          { op: 'copy', path: '/deploymentId', from: '/canarySettings/deploymentId' },
          { op: 'copy', path: '/variables', from: '/canarySettings/stageVariableOverrides' },
          { op: 'replace', path: '/canarySettings/percentTraffic', value: '0.0' },
        );
        const { deploymentId, variables, canarySettings } = await control.sdk.send(
          new GetStageCommand({ restApiId, stageName }),
        );
        const { percentTraffic, stageVariableOverrides } = canarySettings ?? {};
        return [deploymentId === made, variables, percentTraffic, stageVariableOverrides];
      }),
    expected: [true, { size: 'big', color: 'blue' }, 0, { color: 'blue' }],
  },
]);

async function logged(api: TestApi, target: string): Promise<string[] | undefined> {
  await api.send({ target });
  return api.ports.logGroups.lines.at(-1)?.split(' ').slice(2);
}

const FORMAT =
  '$context.requestId $context.endpointType $context.waf.status $context.customDomain.basePathMatched';

checkAll('an access log', [
  {
    source: 'docs/aws §10.3',
    rule: 'tells the endpoint type of the API, and a dash for what no request here has',
    async observe() {
      const seen = [];
      const stage = { AccessLogSetting: accessLogSetting(FORMAT) };
      for (const Types of [undefined, ['REGIONAL']] as const) {
        const api: JsonObject = Types === undefined ? {} : { EndpointConfiguration: { Types } };
        seen.push(await logged(anEchoApi(restRoutes({ 'GET /1': {} }, { stage, api })), '/dev/1'));
      }
      const { Stage0, ...others } = httpRoutes(['GET /1']);
      const properties = { ...Stage0?.properties, AccessLogSettings: accessLogSetting(FORMAT) };
      const http = { ...others, Stage0: { type: 'AWS::ApiGatewayV2::Stage', properties } };
      seen.push(await logged(anEchoApi(http), '/1'));
      return seen;
    },
    expected: [
      ['EDGE', '-', '-'],
      ['REGIONAL', '-', '-'],
      ['REGIONAL', '-', '-'],
    ],
  },
]);
