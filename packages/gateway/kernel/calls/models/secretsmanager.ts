/**
 * Written by `node lab/tools/call-models.ts` from the API model of secretsmanager 2017-10-17 in botocore 1.44.8.
 * Each line is a shape or an operation; kernel/calls/call-model.ts reads them.
 */
export const SECRETSMANAGER_MODEL: string = String.raw`
{"shape":"ClientRequestTokenType","type":"text","least":32,"most":64}
{"shape":"DescriptionType","type":"text","most":2048}
{"shape":"Filter","type":"object","members":{"Key":"FilterNameStringType","Values":"FilterValuesStringList"}}
{"shape":"FilterNameStringType","type":"text","values":["description","name","tag-key","tag-value","primary-region","owning-service","all"]}
{"shape":"FilterValueStringType","type":"text","most":512,"pattern":"^\\!?[a-zA-Z0-9 :_@\\/\\+\\=\\.\\-\\!]*$"}
{"shape":"FilterValuesStringList","type":"list","least":1,"most":10,"each":"FilterValueStringType"}
{"shape":"FiltersListType","type":"list","most":10,"each":"Filter"}
{"shape":"KmsKeyIdType","type":"text","least":0,"most":2048}
{"shape":"MaxResultsBatchType","type":"number","least":1,"most":20}
{"shape":"MaxResultsType","type":"number","least":1,"most":100}
{"shape":"MedeaTypeType","type":"text","least":0,"most":256}
{"shape":"NextTokenType","type":"text","least":1,"most":4096}
{"shape":"RotationTokenType","type":"text","least":36,"most":256,"pattern":"^[a-zA-Z0-9\\-]+$","isHidden":true}
{"shape":"SecretBinaryType","type":"blob","least":1,"most":65536,"isHidden":true}
{"shape":"SecretIdListType","type":"list","least":1,"most":20,"each":"SecretIdType"}
{"shape":"SecretIdType","type":"text","least":1,"most":2048}
{"shape":"SecretStringType","type":"text","least":1,"most":65536,"isHidden":true}
{"shape":"SecretVersionIdType","type":"text","least":32,"most":64}
{"shape":"SecretVersionStageType","type":"text","least":1,"most":256}
{"shape":"SecretVersionStagesType","type":"list","least":1,"most":20,"each":"SecretVersionStageType"}
{"shape":"SortByType","type":"text","values":["created-date","last-accessed-date","last-changed-date","name"]}
{"shape":"SortOrderType","type":"text","values":["asc","desc"]}
{"shape":"Tag","type":"object","members":{"Key":"TagKeyType","Value":"TagValueType"}}
{"shape":"TagKeyListType","type":"list","each":"TagKeyType"}
{"shape":"TagKeyType","type":"text","least":1,"most":128}
{"shape":"TagListType","type":"list","each":"Tag"}
{"shape":"TagValueType","type":"text","least":0,"most":256}
{"operation":"BatchGetSecretValue","members":{"SecretIdList":"SecretIdListType","Filters":"FiltersListType","MaxResults":"MaxResultsBatchType","NextToken":"NextTokenType"}}
{"operation":"DeleteSecret","required":["SecretId"],"members":{"SecretId":"SecretIdType","RecoveryWindowInDays":"number","ForceDeleteWithoutRecovery":"flag"}}
{"operation":"DescribeSecret","required":["SecretId"],"members":{"SecretId":"SecretIdType"}}
{"operation":"GetSecretValue","required":["SecretId"],"members":{"SecretId":"SecretIdType","VersionId":"SecretVersionIdType","VersionStage":"SecretVersionStageType"}}
{"operation":"ListSecretVersionIds","required":["SecretId"],"members":{"SecretId":"SecretIdType","MaxResults":"MaxResultsType","NextToken":"NextTokenType","IncludeDeprecated":"flag"}}
{"operation":"ListSecrets","members":{"IncludePlannedDeletion":"flag","MaxResults":"MaxResultsType","NextToken":"NextTokenType","Filters":"FiltersListType","SortOrder":"SortOrderType","SortBy":"SortByType"}}
{"operation":"PutSecretValue","required":["SecretId"],"members":{"SecretId":"SecretIdType","ClientRequestToken":"ClientRequestTokenType","SecretBinary":"SecretBinaryType","SecretString":"SecretStringType","VersionStages":"SecretVersionStagesType","RotationToken":"RotationTokenType"}}
{"operation":"RestoreSecret","required":["SecretId"],"members":{"SecretId":"SecretIdType"}}
{"operation":"TagResource","required":["SecretId","Tags"],"members":{"SecretId":"SecretIdType","Tags":"TagListType"}}
{"operation":"UntagResource","required":["SecretId","TagKeys"],"members":{"SecretId":"SecretIdType","TagKeys":"TagKeyListType"}}
{"operation":"UpdateSecret","required":["SecretId"],"members":{"SecretId":"SecretIdType","ClientRequestToken":"ClientRequestTokenType","Description":"DescriptionType","KmsKeyId":"KmsKeyIdType","SecretBinary":"SecretBinaryType","SecretString":"SecretStringType","Type":"MedeaTypeType"}}
{"operation":"UpdateSecretVersionStage","required":["SecretId","VersionStage"],"members":{"SecretId":"SecretIdType","VersionStage":"SecretVersionStageType","RemoveFromVersionId":"SecretVersionIdType","MoveToVersionId":"SecretVersionIdType"}}
`;
