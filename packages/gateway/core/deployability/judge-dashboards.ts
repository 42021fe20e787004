/**
 * Finds what makes CloudWatch's PutDashboard refuse the body of a dashboard
 * (https://github.com/badmintoncryer/cdk-preflight, `rules/cloudwatch`, deployed;
 * aws-solutions-library-samples/guidance-for-automating-network-monitoring-and-alerting-on-aws#7).
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
import { isJsonList, isJsonObject, membersOf, parseJson, textOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedResource } from '../stack/model.ts';
import type { BrokenRelation } from './relation.ts';
import { nearestOf } from './spelling.ts';

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
  const unknown = typeFault(body);
  if (unknown !== undefined) return refused(unknown.message, unknown.remedy);
  const faults = faultsOf(body);
  const [first] = faults;
  return first === undefined
    ? undefined
    : refused(
        `The dashboard body is invalid, there are ${faults.length} validation errors: ${JSON.stringify(faults.map(({ dataPath, message }) => ({ dataPath, message })))}`,
        `${first.remedy}${first.dataPath === '' ? '' : ` (${first.dataPath} of the body)`}`,
      );
}

/** See https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
const TYPES = ['metric', 'text', 'log', 'alarm', 'explorer', 'custom', 'chart'];

/**
 * Returns the first widget whose type is spelled like a known one. Other unknown types are not refused, because the
 * page does not list all of them. No public text quotes CloudWatch's message.
 */
function typeFault({ widgets }: JsonObject): Fault | undefined {
  for (const [index, widget] of (isJsonList(widgets) ? widgets : []).entries()) {
    const type = textOf(membersOf(widget), 'type');
    const nearest = TYPES.includes(type) ? undefined : nearestOf(type, TYPES);
    if (nearest === undefined) continue;
    const dataPath = `/widgets/${index}/type`;
    return {
      dataPath,
      message: `The dashboard body is invalid: ${dataPath} must be one of ${TYPES.join(', ')}, not ${JSON.stringify(type)}`,
      remedy: `write ${nearest}`,
    };
  }
  return undefined;
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
const NOT_NEGATIVE = ['x', 'y'];

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
  const negative = NOT_NEGATIVE.filter((name) => Number(widget[name] ?? 0) < 0).map((name) => ({
    dataPath: `${at}/${name}`,
    message: 'Should be >= 0',
    remedy: `set ${name} to 0 or more`,
  }));
  const outside = [...tooLarge, ...negative];
  if (type === undefined) return [missing(at, 'type', '"type": "metric"'), ...outside];
  if (properties === undefined) return [missing(at, 'properties', '"properties": { … }'), ...outside];
  return [
    ...outside,
    ...faultsOfPeriod(own, `${at}/properties`),
    ...faultsOfKind(textOf(widget, 'type'), own, `${at}/properties`),
  ];
}

function faultsOfKind(type: string, own: JsonObject, at: string): readonly Fault[] {
  if (type === 'text' && own['markdown'] === undefined)
    return [missing(at, 'markdown', '"markdown": "# Orders"')];
  if (type === 'metric') return faultsOfMetrics(own, at);
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

const SHORT_PERIODS = [1, 5, 10, 20, 30];

function faultsOfPeriod({ period }: JsonObject, at: string): readonly Fault[] {
  if (typeof period !== 'number' || SHORT_PERIODS.includes(period) || (period > 0 && period % 60 === 0))
    return [];
  return [
    {
      dataPath: `${at}/period`,
      message: 'Should be multiple of 60',
      remedy: `set period to a multiple of 60, or to one of ${SHORT_PERIODS.join(', ')}`,
    },
  ];
}

const METRICS = '"metrics": [["AWS/Lambda", "Errors", "FunctionName", "NAME"]]';

/**
 * Refuses a metric widget without a region or without data (aws-samples/aws-eda-slurm-cluster#116,
 * pulumi/pulumi#13059).
 */
function faultsOfMetrics(own: JsonObject, at: string): readonly Fault[] {
  const { metrics, annotations, region } = own;
  const noSource = {
    dataPath: at,
    message: 'The metric widget should have specified a region and a data source or an alarm annotation',
    remedy: 'add "region", with the Region of the metrics',
  };
  if (metrics === undefined && annotations === undefined)
    return [
      {
        ...missing(at, 'metrics', METRICS),
        remedy: `add metrics, as in ${METRICS}, or remove the widget; for PromQL queries, set its type to chart`,
      },
      noSource,
      missing(at, 'annotations', '"annotations": { "alarms": ["ARN"] }'),
    ];
  if (!isJsonList(metrics)) return [];
  if (annotations === undefined && region === undefined) return [noSource];
  return metrics.flatMap((metric, index): readonly Fault[] => {
    const here = { dataPath: `${at}/metrics/${index}`, remedy: `write a list of lists, as in ${METRICS}` };
    return isJsonList(metric)
      ? []
      : [
          { ...here, message: 'Should be array' },
          {
            ...here,
            message:
              'Field "metrics" has to be an array of array of strings, with an optional metricRenderer object as last element',
          },
        ];
  });
}
