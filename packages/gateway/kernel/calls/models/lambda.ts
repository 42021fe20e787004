/**
 * Written by `node lab/tools/call-models.ts` from the API model of lambda 2015-03-31 in botocore 1.44.8.
 * Each line is a shape or an operation; kernel/calls/call-model.ts reads them.
 */
export const LAMBDA_MODEL: string = String.raw`
{"shape":"Action","type":"text","least":0,"most":10000,"pattern":"(lambda:[*]|lambda:[a-zA-Z]+|[*])"}
{"shape":"AmazonManagedKafkaEventSourceConfig","type":"object","members":{"ConsumerGroupId":"URI","SchemaRegistryConfig":"KafkaSchemaRegistryConfig"}}
{"shape":"Architecture","type":"text","values":["x86_64","arm64"]}
{"shape":"ArchitecturesList","type":"list","least":1,"most":1,"each":"Architecture"}
{"shape":"Arn","type":"text","least":0,"most":10000,"pattern":"arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)"}
{"shape":"BatchSize","type":"number","least":1,"most":10000}
{"shape":"Blob","type":"blob","isHidden":true}
{"shape":"CollectionName","type":"text","least":1,"most":57,"pattern":"(^(?!(system\\x2e)))(^[_a-zA-Z0-9])([^$]*)"}
{"shape":"DatabaseName","type":"text","least":1,"most":63,"pattern":"[^ /\\.$\\x22]*"}
{"shape":"DestinationArn","type":"text","least":0,"most":350,"pattern":"$|kafka://([^.]([a-zA-Z0-9\\-_.]{0,248}))|arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)"}
{"shape":"DestinationConfig","type":"object","members":{"OnSuccess":"OnSuccess","OnFailure":"OnFailure"}}
{"shape":"DocumentDBEventSourceConfig","type":"object","members":{"DatabaseName":"DatabaseName","CollectionName":"CollectionName","FullDocument":"FullDocument"}}
{"shape":"DurableExecutionName","type":"text","least":1,"most":64,"pattern":"[a-zA-Z0-9-_]+"}
{"shape":"Endpoints","type":"object"}
{"shape":"EventSourceMappingLoggingConfig","type":"object","members":{"SystemLogLevel":"EventSourceMappingSystemLogLevel"}}
{"shape":"EventSourceMappingMetric","type":"text","values":["EventCount","ErrorCount","KafkaMetrics"]}
{"shape":"EventSourceMappingMetricList","type":"list","least":0,"most":3,"each":"EventSourceMappingMetric"}
{"shape":"EventSourceMappingMetricsConfig","type":"object","members":{"Metrics":"EventSourceMappingMetricList"}}
{"shape":"EventSourceMappingSystemLogLevel","type":"text","values":["DEBUG","INFO","WARN"]}
{"shape":"EventSourcePosition","type":"text","values":["TRIM_HORIZON","LATEST","AT_TIMESTAMP"]}
{"shape":"EventSourceToken","type":"text","least":0,"most":256,"pattern":"[a-zA-Z0-9._\\-]+"}
{"shape":"Filter","type":"object","members":{"Pattern":"Pattern"}}
{"shape":"FilterCriteria","type":"object","members":{"Filters":"FilterList"}}
{"shape":"FilterList","type":"list","each":"Filter"}
{"shape":"FullDocument","type":"text","values":["UpdateLookup","Default"]}
{"shape":"FunctionName","type":"text","least":1,"most":140,"pattern":"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?"}
{"shape":"FunctionResponseType","type":"text","values":["ReportBatchItemFailures"]}
{"shape":"FunctionResponseTypeList","type":"list","least":0,"most":1,"each":"FunctionResponseType"}
{"shape":"FunctionUrlAuthType","type":"text","values":["NONE","AWS_IAM"]}
{"shape":"FunctionUrlFunctionName","type":"text","least":1,"most":140,"pattern":"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]{1,64})(:((?!\\d+$)[0-9a-zA-Z-_]+))?"}
{"shape":"FunctionUrlQualifier","type":"text","least":1,"most":128,"pattern":"((?!^\\d+$)^[0-9a-zA-Z-_]+$)"}
{"shape":"FunctionVersion","type":"text","values":["ALL"]}
{"shape":"FunctionVersionLatestPublished","type":"text","values":["LATEST_PUBLISHED"]}
{"shape":"InvocationType","type":"text","values":["Event","RequestResponse","DryRun"]}
{"shape":"KMSKeyArn","type":"text","least":0,"most":10000,"pattern":"(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()"}
{"shape":"KafkaEventSourceMappingConsumptionMode","type":"text","values":["Stream","Queue"]}
{"shape":"KafkaSchemaRegistryAccessConfig","type":"object","members":{"Type":"KafkaSchemaRegistryAuthType","URI":"Arn"}}
{"shape":"KafkaSchemaRegistryAccessConfigList","type":"list","each":"KafkaSchemaRegistryAccessConfig"}
{"shape":"KafkaSchemaRegistryAuthType","type":"text","values":["BASIC_AUTH","CLIENT_CERTIFICATE_TLS_AUTH","SERVER_ROOT_CA_CERTIFICATE","OAUTHBEARER_AUTH"]}
{"shape":"KafkaSchemaRegistryConfig","type":"object","members":{"SchemaRegistryURI":"SchemaRegistryUri","EventRecordFormat":"SchemaRegistryEventRecordFormat","AccessConfigs":"KafkaSchemaRegistryAccessConfigList","SchemaValidationConfigs":"KafkaSchemaValidationConfigList"}}
{"shape":"KafkaSchemaValidationAttribute","type":"text","values":["KEY","VALUE"]}
{"shape":"KafkaSchemaValidationConfig","type":"object","members":{"Attribute":"KafkaSchemaValidationAttribute"}}
{"shape":"KafkaSchemaValidationConfigList","type":"list","each":"KafkaSchemaValidationConfig"}
{"shape":"LogType","type":"text","values":["None","Tail"]}
{"shape":"MasterRegion","type":"text","least":1,"most":50,"pattern":"ALL|(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}"}
{"shape":"MaxItems","type":"number","least":1,"most":50}
{"shape":"MaxListItems","type":"number","least":1,"most":10000}
{"shape":"MaximumBatchingWindowInSeconds","type":"number","least":0,"most":300}
{"shape":"MaximumConcurrency","type":"number","least":2,"most":1000}
{"shape":"MaximumNumberOfPollers","type":"number","least":1,"most":10000}
{"shape":"MaximumRecordAgeInSeconds","type":"number","least":-1,"most":604800}
{"shape":"MaximumRetryAttemptsEventSourceMapping","type":"number","least":-1,"most":10000}
{"shape":"MinimumNumberOfPollers","type":"number","least":1,"most":200}
{"shape":"NamespacedFunctionName","type":"text","least":1,"most":256,"pattern":"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?"}
{"shape":"NamespacedStatementId","type":"text","least":1,"most":100,"pattern":"([a-zA-Z0-9-_.]+)"}
{"shape":"NumericLatestPublishedOrAliasQualifier","type":"text","least":1,"most":128,"pattern":"\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+"}
{"shape":"OnFailure","type":"object","members":{"Destination":"DestinationArn"}}
{"shape":"OnSuccess","type":"object","members":{"Destination":"DestinationArn"}}
{"shape":"ParallelizationFactor","type":"number","least":1,"most":10}
{"shape":"Pattern","type":"text","least":0,"most":4096,"pattern":"[\\s\\S]*"}
{"shape":"Principal","type":"text","least":0,"most":2048,"pattern":"[^\\s]+"}
{"shape":"PrincipalOrgID","type":"text","least":12,"most":34,"pattern":"o-[a-z0-9]{10,32}"}
{"shape":"ProvisionedPollerConfig","type":"object","members":{"MinimumPollers":"MinimumNumberOfPollers","MaximumPollers":"MaximumNumberOfPollers","PollerGroupName":"ProvisionedPollerGroupName"}}
{"shape":"ProvisionedPollerGroupName","type":"text","least":0,"most":128,"pattern":"[a-zA-Z0-9-_]*"}
{"shape":"Queue","type":"text","least":1,"most":1000,"pattern":"[\\s\\S]*"}
{"shape":"Queues","type":"list","least":1,"most":1,"each":"Queue"}
{"shape":"ResponseStreamingInvocationType","type":"text","values":["RequestResponse","DryRun"]}
{"shape":"S3Bucket","type":"text","least":3,"most":63,"pattern":"[0-9A-Za-z\\.\\-_]*(?<!\\.)"}
{"shape":"S3Key","type":"text","least":1,"most":1024,"pattern":".*"}
{"shape":"S3ObjectStorageMode","type":"text","values":["COPY","REFERENCE"]}
{"shape":"S3ObjectVersion","type":"text","least":1,"most":1024,"pattern":".*"}
{"shape":"ScalingConfig","type":"object","members":{"MaximumConcurrency":"MaximumConcurrency"}}
{"shape":"SchemaRegistryEventRecordFormat","type":"text","values":["JSON","SOURCE"]}
{"shape":"SchemaRegistryUri","type":"text","least":1,"most":10000,"pattern":"[a-zA-Z0-9-\\/*:_+=.@-]*"}
{"shape":"SelfManagedEventSource","type":"object","members":{"Endpoints":"Endpoints"}}
{"shape":"SelfManagedKafkaEventSourceConfig","type":"object","members":{"ConsumerGroupId":"URI","SchemaRegistryConfig":"KafkaSchemaRegistryConfig","ConsumptionMode":"KafkaEventSourceMappingConsumptionMode"}}
{"shape":"SourceAccessConfiguration","type":"object","members":{"Type":"SourceAccessType","URI":"URI"}}
{"shape":"SourceAccessConfigurations","type":"list","least":0,"most":23,"each":"SourceAccessConfiguration"}
{"shape":"SourceAccessType","type":"text","values":["BASIC_AUTH","VPC_SUBNET","VPC_SECURITY_GROUP","SASL_SCRAM_512_AUTH","SASL_SCRAM_256_AUTH","VIRTUAL_HOST","CLIENT_CERTIFICATE_TLS_AUTH","SERVER_ROOT_CA_CERTIFICATE","OAUTHBEARER_AUTH","OAUTHBEARER_SCOPE","OAUTHBEARER_AUDIENCE","OAUTHBEARER_LOGICAL_CLUSTER","OAUTHBEARER_IDENTITY_POOL","IAM_AUTH","IAM_OAUTHBEARER_AUTH"]}
{"shape":"SourceOwner","type":"text","least":0,"most":12,"pattern":"\\d{12}"}
{"shape":"StatementId","type":"text","least":1,"most":100,"pattern":"([a-zA-Z0-9-_]+)"}
{"shape":"TenantId","type":"text","least":1,"most":256,"pattern":"[a-zA-Z0-9\\._:\\/=+\\-@ ]+"}
{"shape":"Topic","type":"text","least":1,"most":249,"pattern":"[^.]([a-zA-Z0-9\\-_.]+)"}
{"shape":"Topics","type":"list","least":1,"most":1,"each":"Topic"}
{"shape":"TumblingWindowInSeconds","type":"number","least":0,"most":900}
{"shape":"URI","type":"text","least":1,"most":200,"pattern":"[ a-zA-Z0-9-\\/*:_+=.@-]*"}
{"shape":"UUIDString","type":"text","least":36,"most":36}
{"operation":"AddPermission","http":"POST /2015-03-31/functions/{FunctionName}/policy","required":["FunctionName","StatementId","Action","Principal"],"members":{"FunctionName":"NamespacedFunctionName uri","StatementId":"StatementId","Action":"Action","Principal":"Principal","SourceArn":"Arn","FunctionUrlAuthType":"FunctionUrlAuthType","InvokedViaFunctionUrl":"flag","SourceAccount":"SourceOwner","EventSourceToken":"EventSourceToken","Qualifier":"NumericLatestPublishedOrAliasQualifier querystring Qualifier","RevisionId":"text","PrincipalOrgID":"PrincipalOrgID"}}
{"operation":"CreateEventSourceMapping","http":"POST /2015-03-31/event-source-mappings","required":["FunctionName"],"members":{"EventSourceArn":"Arn","FunctionName":"NamespacedFunctionName","Enabled":"flag","BatchSize":"BatchSize","FilterCriteria":"FilterCriteria","KMSKeyArn":"KMSKeyArn","MetricsConfig":"EventSourceMappingMetricsConfig","LoggingConfig":"EventSourceMappingLoggingConfig","ScalingConfig":"ScalingConfig","MaximumBatchingWindowInSeconds":"MaximumBatchingWindowInSeconds","ParallelizationFactor":"ParallelizationFactor","StartingPosition":"EventSourcePosition","StartingPositionTimestamp":"time","DestinationConfig":"DestinationConfig","MaximumRecordAgeInSeconds":"MaximumRecordAgeInSeconds","BisectBatchOnFunctionError":"flag","MaximumRetryAttempts":"MaximumRetryAttemptsEventSourceMapping","Tags":"object","TumblingWindowInSeconds":"TumblingWindowInSeconds","Topics":"Topics","Queues":"Queues","SourceAccessConfigurations":"SourceAccessConfigurations","SelfManagedEventSource":"SelfManagedEventSource","FunctionResponseTypes":"FunctionResponseTypeList","AmazonManagedKafkaEventSourceConfig":"AmazonManagedKafkaEventSourceConfig","SelfManagedKafkaEventSourceConfig":"SelfManagedKafkaEventSourceConfig","DocumentDBEventSourceConfig":"DocumentDBEventSourceConfig","ProvisionedPollerConfig":"ProvisionedPollerConfig"}}
{"operation":"DeleteEventSourceMapping","http":"DELETE /2015-03-31/event-source-mappings/{UUID}","required":["UUID"],"members":{"UUID":"UUIDString uri"}}
{"operation":"GetEventSourceMapping","http":"GET /2015-03-31/event-source-mappings/{UUID}","required":["UUID"],"members":{"UUID":"UUIDString uri"}}
{"operation":"GetFunction","http":"GET /2015-03-31/functions/{FunctionName}","required":["FunctionName"],"members":{"FunctionName":"NamespacedFunctionName uri","Qualifier":"NumericLatestPublishedOrAliasQualifier querystring Qualifier"}}
{"operation":"GetFunctionConfiguration","http":"GET /2015-03-31/functions/{FunctionName}/configuration","required":["FunctionName"],"members":{"FunctionName":"NamespacedFunctionName uri","Qualifier":"NumericLatestPublishedOrAliasQualifier querystring Qualifier"}}
{"operation":"GetFunctionUrlConfig","http":"GET /2021-10-31/functions/{FunctionName}/url","required":["FunctionName"],"members":{"FunctionName":"FunctionUrlFunctionName uri","Qualifier":"FunctionUrlQualifier querystring Qualifier"}}
{"operation":"GetPolicy","http":"GET /2015-03-31/functions/{FunctionName}/policy","required":["FunctionName"],"members":{"FunctionName":"NamespacedFunctionName uri","Qualifier":"NumericLatestPublishedOrAliasQualifier querystring Qualifier"}}
{"operation":"Invoke","http":"POST /2015-03-31/functions/{FunctionName}/invocations","required":["FunctionName"],"members":{"FunctionName":"NamespacedFunctionName uri","InvocationType":"InvocationType header X-Amz-Invocation-Type","LogType":"LogType header X-Amz-Log-Type","ClientContext":"text header X-Amz-Client-Context","DurableExecutionName":"DurableExecutionName header X-Amz-Durable-Execution-Name","Qualifier":"NumericLatestPublishedOrAliasQualifier querystring Qualifier","TenantId":"TenantId header X-Amz-Tenant-Id"}}
{"operation":"InvokeWithResponseStream","http":"POST /2021-11-15/functions/{FunctionName}/response-streaming-invocations","required":["FunctionName"],"members":{"FunctionName":"NamespacedFunctionName uri","LogType":"LogType header X-Amz-Log-Type","ClientContext":"text header X-Amz-Client-Context","Qualifier":"NumericLatestPublishedOrAliasQualifier querystring Qualifier","TenantId":"TenantId header X-Amz-Tenant-Id","InvocationType":"ResponseStreamingInvocationType header X-Amz-Invocation-Type"}}
{"operation":"ListEventSourceMappings","http":"GET /2015-03-31/event-source-mappings","members":{"EventSourceArn":"Arn querystring EventSourceArn","FunctionName":"NamespacedFunctionName querystring FunctionName","Marker":"text querystring Marker","MaxItems":"MaxListItems querystring MaxItems"}}
{"operation":"ListFunctionUrlConfigs","http":"GET /2021-10-31/functions/{FunctionName}/urls","required":["FunctionName"],"members":{"FunctionName":"FunctionUrlFunctionName uri","Marker":"text querystring Marker","MaxItems":"MaxItems querystring MaxItems"}}
{"operation":"ListFunctions","http":"GET /2015-03-31/functions","members":{"MasterRegion":"MasterRegion querystring MasterRegion","FunctionVersion":"FunctionVersion querystring FunctionVersion","Marker":"text querystring Marker","MaxItems":"MaxListItems querystring MaxItems"}}
{"operation":"RemovePermission","http":"DELETE /2015-03-31/functions/{FunctionName}/policy/{StatementId}","required":["FunctionName","StatementId"],"members":{"FunctionName":"NamespacedFunctionName uri","StatementId":"NamespacedStatementId uri","Qualifier":"NumericLatestPublishedOrAliasQualifier querystring Qualifier","RevisionId":"text querystring RevisionId"}}
{"operation":"UpdateEventSourceMapping","http":"PUT /2015-03-31/event-source-mappings/{UUID}","required":["UUID"],"members":{"UUID":"UUIDString uri","FunctionName":"NamespacedFunctionName","Enabled":"flag","BatchSize":"BatchSize","FilterCriteria":"FilterCriteria","KMSKeyArn":"KMSKeyArn","MetricsConfig":"EventSourceMappingMetricsConfig","LoggingConfig":"EventSourceMappingLoggingConfig","ScalingConfig":"ScalingConfig","MaximumBatchingWindowInSeconds":"MaximumBatchingWindowInSeconds","ParallelizationFactor":"ParallelizationFactor","DestinationConfig":"DestinationConfig","MaximumRecordAgeInSeconds":"MaximumRecordAgeInSeconds","BisectBatchOnFunctionError":"flag","MaximumRetryAttempts":"MaximumRetryAttemptsEventSourceMapping","TumblingWindowInSeconds":"TumblingWindowInSeconds","SourceAccessConfigurations":"SourceAccessConfigurations","FunctionResponseTypes":"FunctionResponseTypeList","AmazonManagedKafkaEventSourceConfig":"AmazonManagedKafkaEventSourceConfig","SelfManagedKafkaEventSourceConfig":"SelfManagedKafkaEventSourceConfig","DocumentDBEventSourceConfig":"DocumentDBEventSourceConfig","ProvisionedPollerConfig":"ProvisionedPollerConfig"}}
{"operation":"UpdateFunctionCode","http":"PUT /2015-03-31/functions/{FunctionName}/code","required":["FunctionName"],"members":{"FunctionName":"FunctionName uri","ZipFile":"Blob","S3Bucket":"S3Bucket","S3Key":"S3Key","S3ObjectVersion":"S3ObjectVersion","S3ObjectStorageMode":"S3ObjectStorageMode","ImageUri":"text","Architectures":"ArchitecturesList","Publish":"flag","PublishTo":"FunctionVersionLatestPublished","DryRun":"flag","RevisionId":"text","SourceKMSKeyArn":"KMSKeyArn"}}
`;
