import type { StackPart } from '../stack-part.ts';

export const quotaPart: StackPart = {
  name: 'quota',
  summary:
    'Usage plans, limits and what was charged: administration, charging by access logs, closed periods.',
  functions: ['quota-admin', 'usage-tracker', 'usage-closer'],
  handlers: ['quota'],
  resourceFiles: ['quota/resources.yml', 'quota/usage-tracker.yml', 'quota/admin.yml'],
  tables: ['UsageTable'],
  alarms: [
    'QuotaUnavailableAlarm',
    'QuotaWasteAlarm',
    'QuotaClockAlarm',
    'QuotaHotLedgerAlarm',
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
    'UsageTableReadsThrottledAlarm',
    'UsageTableWritesThrottledAlarm',
  ],
  parameters: ['usageCounts', 'usageFields', 'reservedUsageTracker'],
  commands: ['customers', 'plan', 'quota', 'usage'],
  guides: ['docs/guides/sell/quota.md'],
};
