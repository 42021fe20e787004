/**
 * How the operations differ from the operations of commit 532fbdd8 (26 November 2026), with which this list begins. The
 * reason for each added operation is in operation-uses.ts.
 */
export const COMPARED_WITH = '532fbdd8';

export const ADDED: Readonly<Record<string, readonly string[]>> = {
  CloudWatch: ['ListTagsForResource', 'TagResource', 'UntagResource'],
  'CloudWatch Logs': ['ListTagsForResource', 'TagResource', 'TestMetricFilter', 'UntagResource'],
  EventBridge: ['TestEventPattern'],
  Kinesis: ['AddTagsToStream', 'ListTagsForStream', 'RemoveTagsFromStream'],
  S3: ['ListMultipartUploads'],
  SQS: ['CancelMessageMoveTask', 'ListMessageMoveTasks', 'StartMessageMoveTask'],
  'Secrets Manager': ['DeleteSecret', 'RestoreSecret', 'TagResource', 'UntagResource'],
  'Step Functions': ['StartSyncExecution'],
  'Systems Manager': ['DeleteParameter', 'DeleteParameters', 'PutParameter'],
};

function gone(reason: string, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, reason]));
}

/** Operations that the gateway no longer answers, each with the reason. */
export const REMOVED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'API Gateway (HTTP and WebSocket)': { GetModelTemplate: 'only the console of AWS uses it' },
  'API Gateway (REST)': {
    GetModelTemplate: 'only the console of AWS uses it',
    GetSdkType: 'only AWS generates SDKs',
    GetSdkTypes: 'only AWS generates SDKs',
  },
  AppConfig: { GetConfiguration: 'replaced by GetLatestConfiguration in 2021' },
  'Cloud Map': gone('programs can register and find instances without these operations', [
    'DiscoverInstancesRevision',
    'GetInstancesHealthStatus',
    'GetNamespace',
    'GetService',
    'ListNamespaces',
  ]),
  CloudFormation: gone('nothing used it', ['ListImports']),
  CloudFront: gone('used only before a change of a distribution, and the gateway serves no such changes', [
    'GetDistributionConfig',
    'ListInvalidations',
  ]),
  CloudWatch: gone('DescribeAlarms lists alarms', ['DescribeAlarmsForMetric']),
  Cognito: gone('nothing used it', ['AdminDeleteUserAttributes']),
  SQS: { ListDeadLetterSourceQueues: 'nothing used it' },
  STS: gone('no project calls the local STS for keys of users', ['GetSessionToken']),
  WAFv2: gone('these operations read what the template says, and nothing used them', [
    'DescribeManagedRuleGroup',
    'GetLoggingConfiguration',
    'GetRateBasedStatementManagedKeys',
    'GetRegexPatternSet',
    'GetRuleGroup',
    'GetWebACLForResource',
    'ListAvailableManagedRuleGroups',
    'ListLoggingConfigurations',
    'ListRegexPatternSets',
    'ListResourcesForWebACL',
    'ListRuleGroups',
  ]),
};
