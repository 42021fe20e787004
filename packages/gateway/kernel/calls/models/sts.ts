/**
 * Written by `node lab/tools/call-models.ts` from the API model of sts 2011-06-15 in botocore 1.44.8.
 * Each line is a shape or an operation; kernel/calls/call-model.ts reads them.
 */
export const STS_MODEL: string = String.raw`
{"shape":"PolicyDescriptorType","type":"object","members":{"arn":"arnType"}}
{"shape":"ProvidedContext","type":"object","members":{"ProviderArn":"arnType","ContextAssertion":"contextAssertionType"}}
{"shape":"ProvidedContextsListType","type":"list","least":1,"most":5,"each":"ProvidedContext"}
{"shape":"Tag","type":"object","required":["Key","Value"],"members":{"Key":"tagKeyType","Value":"tagValueType"}}
{"shape":"arnType","type":"text","least":20,"most":2048,"pattern":"[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+"}
{"shape":"contextAssertionType","type":"text","least":4,"most":3072}
{"shape":"externalIdType","type":"text","least":2,"most":1224,"pattern":"[\\w+=,.@:\\/-]*"}
{"shape":"minimumSessionTokenSizeType","type":"number","least":0,"most":4096}
{"shape":"policyDescriptorListType","type":"list","each":"PolicyDescriptorType"}
{"shape":"roleDurationSecondsType","type":"number","least":900,"most":43200}
{"shape":"roleSessionNameType","type":"text","least":2,"most":64,"pattern":"[\\w+=,.@-]*"}
{"shape":"serialNumberType","type":"text","least":9,"most":256,"pattern":"[\\w+=/:,.@-]*"}
{"shape":"sourceIdentityType","type":"text","least":2,"most":256,"pattern":"[\\w+=,.@-]*"}
{"shape":"tagKeyListType","type":"list","most":50,"each":"tagKeyType"}
{"shape":"tagKeyType","type":"text","least":1,"most":128,"pattern":"[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+"}
{"shape":"tagListType","type":"list","most":50,"each":"Tag"}
{"shape":"tagValueType","type":"text","least":0,"most":256,"pattern":"[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*"}
{"shape":"tokenCodeType","type":"text","least":6,"most":6,"pattern":"[\\d]*"}
{"shape":"unrestrictedSessionPolicyDocumentType","type":"text","least":1,"pattern":"[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"}
{"operation":"AssumeRole","required":["RoleArn","RoleSessionName"],"members":{"RoleArn":"arnType","RoleSessionName":"roleSessionNameType","PolicyArns":"policyDescriptorListType","Policy":"unrestrictedSessionPolicyDocumentType","DurationSeconds":"roleDurationSecondsType","Tags":"tagListType","TransitiveTagKeys":"tagKeyListType","ExternalId":"externalIdType","SerialNumber":"serialNumberType","TokenCode":"tokenCodeType","SourceIdentity":"sourceIdentityType","ProvidedContexts":"ProvidedContextsListType","MinimumSessionTokenSize":"minimumSessionTokenSizeType"}}
{"operation":"GetCallerIdentity","members":{}}
`;
