/**
 * How the operations differ from those of commit 532fbdd8 (26 November 2026), when the list was begun. An operation that
 * was added has its reason in operation-uses.ts.
 */
export const COMPARED_WITH = '532fbdd8';

export const ADDED: Readonly<Record<string, readonly string[]>> = {
  CloudWatch: ['ListTagsForResource', 'TagResource', 'UntagResource'],
  'CloudWatch Logs': ['ListTagsForResource', 'TagResource', 'UntagResource'],
  EventBridge: ['TestEventPattern'],
  Kinesis: ['AddTagsToStream', 'ListTagsForStream', 'RemoveTagsFromStream'],
  STS: ['GetFederationToken'],
  'Step Functions': ['StartSyncExecution'],
  'Systems Manager': ['DeleteParameter', 'DeleteParameters', 'PutParameter'],
};

/** What no longer answers, with the reason. */
export const REMOVED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'API Gateway (HTTP and WebSocket)': { GetModelTemplate: 'only the console of AWS uses it' },
  'API Gateway (REST)': {
    GetModelTemplate: 'only the console of AWS uses it',
    GetSdkType: 'only AWS generates SDKs',
    GetSdkTypes: 'only AWS generates SDKs',
  },
  AppConfig: { GetConfiguration: 'replaced by GetLatestConfiguration in 2021' },
  SQS: { ListDeadLetterSourceQueues: 'nothing used it' },
};
