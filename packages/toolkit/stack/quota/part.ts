import type { ChosenPart } from '../stack-part.ts';

export const quotaPart: ChosenPart = {
  name: 'quota',
  chosenAs: 'quotas',
  needs: ['authorizers'],
  summary:
    'Customer plans, limits and charges, with their administration, charging from access logs, and closing of periods.',
  functions: ['quota-admin', 'usage-tracker', 'usage-closer'],
  handlers: ['quota'],
  resourceFiles: ['quota/table.yml', 'quota/resources.yml', 'quota/usage-tracker.yml', 'quota/admin.yml'],
  tables: ['UsageTable'],
  alarms: [
    'QuotaUnavailableAlarm',
    'QuotaWasteAlarm',
    'QuotaClockAlarm',
    'QuotaAdminErrorsAlarm',
    'QuotaAdminThrottlesAlarm',
    'UsageCloserErrorsAlarm',
    'UsageCloserThrottlesAlarm',
    'UsageTrackerFailuresAlarm',
    'UsageTrackerFailuresAgeAlarm',
    'UsageTrackerErrorsAlarm',
    'UsageTrackerThrottlesAlarm',
    'UsageTrackerMalformedAlarm',
    'UsageTrackerUnchargeableAlarm',
    'UsageTrackerWaitingAlarm',
    'UsageTableThrottledAlarm',
  ],
  parameters: ['usageCounts', 'usageFields', 'reservedUsageTracker'],
  commands: ['customers', 'plan', 'quota', 'usage'],
  guides: ['docs/guides/sell/quota.md'],
};
