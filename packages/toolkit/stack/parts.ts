/** The parts of the deployable stack. `npm run schemas` prints them as docs/reference/stack.md. */
import { accessLogsPart } from './access-logs/part.ts';
import { accessPart } from './access/part.ts';
import { cachePart } from './cache/part.ts';
import { channelsPart } from './channels/part.ts';
import { portalPart } from './portal/part.ts';
import { quotaPart } from './quota/part.ts';
import { wafPart } from './waf/part.ts';
import { webhooksPart } from './webhooks/part.ts';
import type { ChosenPart, StackPart } from './stack-part.ts';
import type { IncludedParts, PartNeeds } from '@gatewright/authoring/files/parts-files';

export const PARTS: readonly ChosenPart[] = [
  accessPart,
  quotaPart,
  accessLogsPart,
  webhooksPart,
  channelsPart,
  cachePart,
  wafPart,
  portalPart,
];

/** For each part, the parts that it needs. The names are the same as in `custom.parts` of serverless.yml. */
export const PART_NEEDS: PartNeeds = Object.fromEntries(
  PARTS.map(({ chosenAs, needs }) => [chosenAs, needs]),
);

/** The parts that other parts include. They are the same as in `custom.includedParts` of serverless.yml. */
export const INCLUDED_PARTS: IncludedParts = Object.fromEntries(
  PARTS.map(({ chosenAs }): readonly [string, readonly string[]] => [
    chosenAs,
    PARTS.filter(({ includedIn }) => includedIn === chosenAs).map((part) => part.chosenAs),
  ]).filter(([, included]) => included.length > 0),
);

/** Returns the parts that export one of these outputs, in the order of the stack. */
export function partsOfOutputs(names: readonly string[]): readonly string[] {
  return PARTS.filter(({ outputs }) => outputs.some((name) => names.includes(name))).map(
    ({ chosenAs }) => chosenAs,
  );
}

/**
 * Describes which parts are not in the stack, and how to add one.
 * @param chosen the chosen parts; undefined means all parts except the parts that must be named
 */
export function describeLeftParts(chosen: readonly string[] | undefined): readonly string[] {
  const left = PARTS.filter(({ chosenAs, onlyNamed }) =>
    chosen === undefined ? onlyNamed === true : !chosen.includes(chosenAs),
  ).map(({ chosenAs }) => chosenAs);
  return left.length === 0
    ? []
    : [`not in the stack: ${left.join(', ')}. To add a part, run npx gatewright init --add ${left[0] ?? ''}`];
}

/** Resources that several parts need. */
export const COMMON_PART: StackPart = {
  name: 'common',
  summary: 'Resources that several parts share: the admin API, the alarm topic and the dashboard.',
  functions: [],
  handlers: ['observability', 'config', 'table', 'http', 'aws'],
  resourceFiles: ['admin-api.yml', 'operations.yml', 'dashboard.yml'],
  tables: [],
  alarms: ['AdminApiFaultsAlarm'],
  outputs: ['AdminApiId', 'AdminApiUrl', 'AlarmTopicArn'],
  parameters: [
    'region',
    'removedParts',
    'deletionPolicy',
    'replacePolicy',
    'protectTables',
    'alarmEmail',
    'tracing',
    'logRetentionDays',
    'logPrincipal',
    'throttleRate',
    'throttleBurst',
  ],
  commands: ['package', 'doctor', 'failures'],
  guides: ['docs/guides/operate/operating.md', 'docs/guides/protect/own-repository.md'],
};
