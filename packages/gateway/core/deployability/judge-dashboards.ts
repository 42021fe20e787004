/**
 * Finds faults in the body of a dashboard for which CloudWatch's PutDashboard refuses it
 * (https://github.com/badmintoncryer/cdk-preflight, `rules/cloudwatch`, deployed;
 * aws-solutions-library-samples/guidance-for-automating-network-monitoring-and-alerting-on-aws#7).
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
import { isJsonList, isJsonObject, membersOf, parseJson, textOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedResource } from '../stack/model.ts';
import type { BrokenRelation } from './relation.ts';

type Fault = { readonly dataPath: string; readonly message: string; readonly remedy: string };

export function judgeDashboard(dashboard: ResolvedResource): BrokenRelation | undefined {
  const { properties, unresolved = [] } = dashboard;
  const written = properties['DashboardBody'];
  if (typeof written !== 'string' || unresolved.includes('DashboardBody') || !/^\s*\{/.test(written))
    return undefined;
  const body = parseJson(written);
  const refused = (message: string, remedy: string): BrokenRelation => ({
    resource: dashboard,
    property: 'DashboardBody',
    message,
    remedy,
  });
  if (!isJsonObject(body))
    return refused(
      'The field DashboardBody must be a valid JSON object',
      'correct the JSON of DashboardBody, for example with a JSON validator',
    );
  const faults = faultsOf(body);
  const [first] = faults;
  return first === undefined
    ? undefined
    : refused(
        `The dashboard body is invalid, there are ${faults.length} validation errors: ${JSON.stringify(faults.map(({ dataPath, message }) => ({ dataPath, message })))}`,
        `${first.remedy}${first.dataPath === '' ? '' : ` (${first.dataPath} of the body)`}`,
      );
}

const missing = (dataPath: string, name: string, example: string): Fault => ({
  dataPath,
  message: `Should have required property '${name}'`,
  remedy: `add ${name}, as in ${example}`,
});

function faultsOf(body: JsonObject): readonly Fault[] {
  const { widgets } = body;
  if (widgets === undefined) return [missing('', 'widgets', '"widgets": []')];
  if (!isJsonList(widgets))
    return [{ dataPath: '/widgets', message: 'Should be array', remedy: 'write widgets as a list' }];
  return widgets.flatMap((widget, index) => faultsOfWidget(membersOf(widget), `/widgets/${index}`));
}

/** The largest values of the grid of a dashboard. */
const LARGEST: Readonly<Record<string, number>> = { x: 23, width: 24, height: 1000 };

function faultsOfWidget(widget: JsonObject, at: string): readonly Fault[] {
  const { type, properties } = widget;
  const own = membersOf(properties);
  const tooLarge = Object.entries(LARGEST).flatMap(([name, most]): readonly Fault[] =>
    Number(widget[name] ?? 0) > most
      ? [
          {
            dataPath: `${at}/${name}`,
            message: `Should be <= ${most}`,
            remedy: `set ${name} to at most ${most}`,
          },
        ]
      : [],
  );
  if (type === undefined) return [missing(at, 'type', '"type": "metric"'), ...tooLarge];
  if (properties === undefined) return [missing(at, 'properties', '"properties": { … }'), ...tooLarge];
  return [...tooLarge, ...faultsOfKind(textOf(widget, 'type'), own, `${at}/properties`)];
}

function faultsOfKind(type: string, own: JsonObject, at: string): readonly Fault[] {
  if (type === 'text' && own['markdown'] === undefined)
    return [missing(at, 'markdown', '"markdown": "# Orders"')];
  if (type !== 'alarm') return [];
  const alarms: Json | undefined = own['alarms'];
  if (alarms === undefined) return [missing(at, 'alarms', 'the ARNs of alarms')];
  return isJsonList(alarms) && alarms.length === 0
    ? [
        {
          dataPath: `${at}/alarms`,
          message: 'Should NOT have less than 1 items',
          remedy: 'list the ARN of at least one alarm',
        },
      ]
    : [];
}
