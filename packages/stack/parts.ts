/** The parts of the deployable stack. Printed as docs/reference/stack.md by `npm run schemas`. */
import { accessPart } from './access/part.ts';
import { cachePart } from './cache/part.ts';
import { channelsPart } from './channels/part.ts';
import { quotaPart } from './quota/part.ts';
import { webhooksPart } from './webhooks/part.ts';
import type { StackPart } from './stack-part.ts';

export const PARTS: readonly StackPart[] = [accessPart, quotaPart, webhooksPart, channelsPart, cachePart];

/** Belongs to every part. `tables.yml` and `operations.yml` also declare tables and alarms of parts. */
export const COMMON_PART: StackPart = {
  name: 'common',
  summary:
    'What every part stands on: files of tables and alarms, the admin API, the alarm topic, the dashboard.',
  functions: [],
  handlers: ['observability', 'config', 'table', 'http', 'aws'],
  resourceFiles: ['tables.yml', 'admin-api.yml', 'operations.yml'],
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
