import type { ChosenPart } from '../stack-part.ts';

export const quotaPart: ChosenPart = {
  name: 'quota',
  chosenAs: 'quotas',
  needs: ['authorizers'],
  summary: 'Customer plans, limits and charges, with their administration, and closing of periods.',
  functions: ['quota-admin', 'usage-closer'],
  handlers: ['quota'],
  resourceFiles: ['quota/table.yml', 'quota/resources.yml', 'quota/admin.yml'],
  tables: ['UsageTable'],
  alarms: [
    'QuotaUnavailableAlarm',
    'QuotaWasteAlarm',
    'QuotaClockAlarm',
    'QuotaAdminErrorsAlarm',
    'QuotaAdminThrottlesAlarm',
    'UsageCloserErrorsAlarm',
    'UsageCloserThrottlesAlarm',
    'UsageTableThrottledAlarm',
  ],
  outputs: ['UsageTableName', 'UsageTableArn', 'QuotaAdminArn'],
  parameters: [],
  commands: ['customers', 'plan', 'quota', 'usage'],
  guides: ['docs/guides/sell/quota.md'],
};
