/** What the roles of the packaged stack allow, in full: a change that grants another right must list it here. */

const PUBLISHER =
  'arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:gatewright-prod-ws-publisher';
/**
 * Resources for which the stack has no resource of its own: AWS's control plane, an index, and resources that access
 * documents name.
 */
export const NAMED_BY_PATTERN = {
  CacheInvalidatorRole: [
    'arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/*/stages/*/cache/authorizers',
    'arn:${AWS::Partition}:apigateway:${AWS::Region}::/apis/*/stages/*/cache/authorizers',
  ],
  QuotaAdminRole: ['${UsageTable.Arn}/index/list'],
  UsageCloserRole: ['${UsageTable.Arn}/index/list', '${UsageTable.Arn}/index/list'],
  AccessAdminRole: [
    '${UsageTable.Arn}/index/list',
    'arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/*/stages/*/cache/authorizers',
    'arn:${AWS::Partition}:apigateway:${AWS::Region}::/apis/*/stages/*/cache/authorizers',
    'arn:${AWS::Partition}:apigateway:${AWS::Region}::/apikeys',
    'arn:${AWS::Partition}:apigateway:${AWS::Region}::/apikeys/*',
    'arn:${AWS::Partition}:apigateway:${AWS::Region}::/usageplans/*/keys',
  ],
  WsDisconnectRole: [PUBLISHER],
  WsUnsubscribeRole: [PUBLISHER],
  WsPublishRole: [PUBLISHER],
  WsSubscribeRole: [PUBLISHER],
  WsDefaultRole: [PUBLISHER],
  WsPublisherRole: [
    PUBLISHER,
    'arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:*/*/POST/@connections/*',
  ],
  WebhookReceiverRole: [
    'arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/gatewright/prod/webhooks/github',
    'arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/gatewright-prod-webhooks',
  ],
};

// test/functions/table-rights.test.ts shows that the functions need exactly these rights.
const noteUse = 'UpdateItem AccessTable.Arn KEY#* pk sk ver usedAt layout';
const keys = ['GetItem AccessTable.Arn KEY#* REVOKED#* DOCUMENTS DOCUMENTS#*', noteUse];
const ofConnections = (right: string) => right.replace(' ', ' ConnectionsTable.Arn ');
const countsMessages = ofConnections('UpdateItem live#* rate#*');
const endsConnections = [
  'Query live#* presence#*',
  'BatchWriteItem live#* presence#*',
  'UpdateItem head#* presence#*',
  'PutItem head#* log#*',
].map(ofConnections);
const ledgers = 'GetItem,PutItem,UpdateItem UsageTable.Arn Q#*';
export const TABLE_RIGHTS: Readonly<Record<string, readonly string[]>> = {
  TokenAuthorizerRole: keys,
  CacheInvalidatorRole: [
    'GetItem,UpdateItem CacheTable.Arn WORK',
    'PutItem,UpdateItem CacheTable.Arn WORK#*',
    'GetItem,PutItem CacheTable.Arn L#*',
    'Query CacheTable.Arn WORK WORK#* L#*',
    'UpdateItem CacheTable.Arn E#* pk sk invalidatedAt expiresAt layout',
  ],
  RequestAuthorizerRole: [
    ...keys,
    'UpdateItem AccessTable.Arn TICKET#* pk sk document notAfter usedAt layout',
    'GetItem,PutItem,ConditionCheckItem UsageTable.Arn PLAN#*',
    ledgers,
    'UpdateItem UsageTable.Arn R#*',
  ],
  WsConnectRole: ['BatchWriteItem,Query live#*'].map(ofConnections),
  WsDisconnectRole: endsConnections,
  WsUnsubscribeRole: [countsMessages, ...endsConnections],
  WsPublishRole: [countsMessages, ...endsConnections],
  WsSubscribeRole: [
    'UpdateItem live#* rate#*',
    'Query live#* log#* presence#*',
    'GetItem head#* presence#*',
    'PutItem head#* log#* presence#*',
    'BatchWriteItem live#* presence#*',
    'UpdateItem head#* presence#*',
  ].map(ofConnections),
  WsDefaultRole: [
    'UpdateItem live#* rate#*',
    'Query live#* presence#*',
    'GetItem head#*',
    'BatchWriteItem live#* presence#*',
    'UpdateItem head#* presence#*',
    'PutItem head#* log#*',
  ].map(ofConnections),
  WsPublisherRole: [
    'Query live#* log#* presence#*',
    'GetItem head#*',
    'BatchWriteItem live#* presence#*',
    'UpdateItem head#* presence#*',
    'PutItem head#* log#*',
  ].map(ofConnections),
  WsTicketRole: ['GetItem AccessTable.Arn DOCUMENTS DOCUMENTS#*', 'PutItem AccessTable.Arn TICKET#*'],
  UsageCloserRole: [
    'GetItem UsageTable.Arn PLAN#* K#* Q#* AUDIT#*',
    'PutItem UsageTable.Arn Q#* AUDIT#*',
    'UpdateItem,Query UsageTable.Arn Q#*',
  ],
  UsageTrackerRole: ['GetItem,ConditionCheckItem UsageTable.Arn PLAN#*', ledgers],
  QuotaAdminRole: [
    'GetItem,PutItem UsageTable.Arn PLAN#* K#* Q#* AUDIT#*',
    'BatchGetItem UsageTable.Arn PLAN#* K#* Q#*',
    'UpdateItem UsageTable.Arn Q#* PLAN#*',
    'ConditionCheckItem UsageTable.Arn PLAN#* Q#*',
    'Query UsageTable.Arn Q#* AUDIT#*',
    'GetItem AccessTable.Arn DOCUMENTS DOCUMENTS#*',
  ],
  AccessAdminRole: [
    'GetItem KEY#* REVOKED#* REVOCATIONS#* DOCUMENTS DOCUMENTS#*',
    'PutItem KEY#* TENANT#* REVOKED#* REVOCATIONS#* DOCUMENTS DOCUMENTS#*',
    'Query KEY#* TENANT#* REVOCATIONS#* DOCUMENTS',
    'UpdateItem KEY#* pk sk ver doc custVer layout',
    'UpdateItem REVOKED#* REVOCATIONS#* pk sk until withdrawnAt withdrawnBy layout',
  ]
    .map((right) => right.replace(' ', ' AccessTable.Arn '))
    .concat('GetItem UsageTable.Arn PLAN#*', 'GetItem UsageTable.Arn Q#*##'),
  WebhookReceiverRole: [
    'PutItem,UpdateItem,DeleteItem AccessTable.Arn WEBHOOK#*',
    'GetItem AccessTable.Arn ENDPOINT#*',
    'GetItem UsageTable.Arn Q#*##',
  ],
};
