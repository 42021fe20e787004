import type { ChosenPart } from '../stack-part.ts';

export const accessLogsPart: ChosenPart = {
  name: 'access-logs',
  chosenAs: 'access-logs',
  needs: ['quotas'],
  includedIn: 'quotas',
  summary: 'Quota charges that are made from access logs, a few seconds after the requests were served.',
  functions: ['usage-tracker'],
  handlers: ['quota'],
  resourceFiles: ['access-logs/resources.yml'],
  tables: [],
  alarms: [
    'UsageTrackerFailuresAlarm',
    'UsageTrackerFailuresAgeAlarm',
    'UsageTrackerErrorsAlarm',
    'UsageTrackerThrottlesAlarm',
    'UsageTrackerMalformedAlarm',
    'UsageTrackerUnchargeableAlarm',
    'UsageTrackerWaitingAlarm',
  ],
  outputs: ['UsageTrackerArn'],
  parameters: ['usageCounts', 'usageFields', 'reservedUsageTracker'],
  commands: [],
  guides: ['docs/guides/sell/quota.md'],
};
