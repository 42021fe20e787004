import type { ChosenPart } from '../stack-part.ts';

export const accessPart: ChosenPart = {
  name: 'access',
  chosenAs: 'authorizers',
  needs: [],
  summary: 'Authorizers that decide by access documents, with API keys, tickets and revocations.',
  functions: ['token-authorizer', 'request-authorizer', 'access-admin'],
  handlers: ['access'],
  resourceFiles: ['access/table.yml', 'access/authorizers.yml', 'access/admin.yml'],
  tables: ['AccessTable'],
  alarms: [
    'AccessFailedAlarm',
    'AccessSilentAlarm',
    'AccessJwksAlarm',
    'AccessThrottlesAlarm',
    'AccessTableThrottledAlarm',
  ],
  outputs: [
    'AccessTableName',
    'AccessTableArn',
    'AccessAdminArn',
    'TokenAuthorizerArn',
    'RequestAuthorizerArn',
  ],
  parameters: [
    'documents',
    'localIssuerUrl',
    'usageKeySecret',
    'authorizerVersions',
    'previousTokenAuthorizer',
    'previousRequestAuthorizer',
    'previousWeight',
    'reservedTokenAuthorizer',
    'reservedRequestAuthorizer',
  ],
  commands: ['access', 'keys', 'attach', 'detach'],
  guides: [
    'docs/guides/protect/access.md',
    'docs/guides/protect/attach.md',
    'docs/guides/protect/coming-from.md',
    'docs/guides/protect/mcp.md',
  ],
};
