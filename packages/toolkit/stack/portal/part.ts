import type { ChosenPart } from '../stack-part.ts';

export const portalPart: ChosenPart = {
  name: 'portal',
  chosenAs: 'portal',
  needs: ['authorizers', 'quotas'],
  onlyNamed: true,
  summary:
    'A portal in which customers create keys, see their use, change their plan and read their invoices.',
  functions: ['portal-page', 'portal-session', 'portal', 'portal-alerts', 'portal-admin'],
  handlers: ['portal'],
  resourceFiles: ['portal/table.yml', 'portal/resources.yml'],
  tables: ['PortalTable'],
  alarms: ['PortalFaultsAlarm', 'PortalAlertsErrorsAlarm', 'PortalMailFailedAlarm', 'PortalAdminErrorsAlarm'],
  outputs: ['PortalTableName', 'PortalTableArn', 'PortalUrl', 'PortalApiId'],
  parameters: ['portalUrl', 'portalThrottleRate', 'portalThrottleBurst'],
  commands: ['portal'],
  guides: ['docs/guides/sell/portal.md'],
};
