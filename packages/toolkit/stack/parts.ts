/** The parts of the deployable stack. `npm run schemas` prints them as docs/reference/stack.md. */
import { accessPart } from './access/part.ts';
import { cachePart } from './cache/part.ts';
import { channelsPart } from './channels/part.ts';
import { quotaPart } from './quota/part.ts';
import { wafPart } from './waf/part.ts';
import { webhooksPart } from './webhooks/part.ts';
import type { ChosenPart, StackPart } from './stack-part.ts';
import type { PartNeeds } from '@gatewright/authoring/files/parts-files';

export const PARTS: readonly ChosenPart[] = [
  accessPart,
  quotaPart,
  webhooksPart,
  channelsPart,
  cachePart,
  wafPart,
];

/** For each part, the parts that it needs. The names are the same as in `custom.parts` of serverless.yml. */
export const PART_NEEDS: PartNeeds = Object.fromEntries(
  PARTS.map(({ chosenAs, needs }) => [chosenAs, needs]),
);

/** Resources that several parts need. */
export const COMMON_PART: StackPart = {
  name: 'common',
  summary: 'Resources that several parts share: the admin API, the alarm topic and the dashboard.',
  functions: [],
  handlers: ['observability', 'config', 'table', 'http', 'aws'],
  resourceFiles: ['admin-api.yml', 'operations.yml', 'dashboard.yml'],
  tables: [],
  alarms: ['AdminApiFaultsAlarm'],
  parameters: [
    'region',
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
