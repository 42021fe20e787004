/**
 * Written by `node lab/tools/call-models.ts` from the API model of servicediscovery 2017-03-14 in botocore 1.44.8.
 * Each line is a shape or an operation; kernel/calls/call-model.ts reads them.
 */
export const SERVICEDISCOVERY_MODEL: string = String.raw`
{"shape":"AWSAccountId","type":"text","least":12,"most":12}
{"shape":"Arn","type":"text","most":255}
{"shape":"CustomHealthStatus","type":"text","values":["HEALTHY","UNHEALTHY"]}
{"shape":"DiscoverMaxResults","type":"number","least":1,"most":1000}
{"shape":"FilterCondition","type":"text","values":["EQ","IN","BETWEEN","BEGINS_WITH"]}
{"shape":"FilterValue","type":"text","least":1,"most":255}
{"shape":"FilterValues","type":"list","each":"FilterValue"}
{"shape":"HealthStatusFilter","type":"text","values":["HEALTHY","UNHEALTHY","ALL","HEALTHY_OR_ELSE_ALL"]}
{"shape":"InstanceId","type":"text","most":64,"pattern":"^[0-9a-zA-Z_/:.@-]+$"}
{"shape":"MaxResults","type":"number","least":1,"most":100}
{"shape":"NamespaceName","type":"text","most":1024,"pattern":"^[!-~]{1,1024}$"}
{"shape":"NextToken","type":"text","most":4096}
{"shape":"OperationId","type":"text","most":255}
{"shape":"ResourceId","type":"text","most":64}
{"shape":"ServiceFilter","type":"object","required":["Name","Values"],"members":{"Name":"ServiceFilterName","Values":"FilterValues","Condition":"FilterCondition"}}
{"shape":"ServiceFilterName","type":"text","values":["NAMESPACE_ID","RESOURCE_OWNER"]}
{"shape":"ServiceFilters","type":"list","each":"ServiceFilter"}
{"shape":"ServiceName","type":"text","pattern":"((?=^.{1,127}$)^([a-zA-Z0-9_][a-zA-Z0-9-_]{0,61}[a-zA-Z0-9_]|[a-zA-Z0-9])(\\.([a-zA-Z0-9_][a-zA-Z0-9-_]{0,61}[a-zA-Z0-9_]|[a-zA-Z0-9]))*$)|(^\\.$)"}
{"operation":"DeregisterInstance","required":["ServiceId","InstanceId"],"members":{"ServiceId":"Arn","InstanceId":"ResourceId"}}
{"operation":"DiscoverInstances","required":["NamespaceName","ServiceName"],"members":{"NamespaceName":"NamespaceName","ServiceName":"ServiceName","MaxResults":"DiscoverMaxResults","QueryParameters":"object","OptionalParameters":"object","HealthStatus":"HealthStatusFilter","OwnerAccount":"AWSAccountId"}}
{"operation":"GetInstance","required":["ServiceId","InstanceId"],"members":{"ServiceId":"Arn","InstanceId":"ResourceId"}}
{"operation":"GetOperation","required":["OperationId"],"members":{"OperationId":"OperationId","OwnerAccount":"AWSAccountId"}}
{"operation":"ListInstances","required":["ServiceId"],"members":{"ServiceId":"Arn","NextToken":"NextToken","MaxResults":"MaxResults"}}
{"operation":"ListServices","members":{"NextToken":"NextToken","MaxResults":"MaxResults","Filters":"ServiceFilters"}}
{"operation":"RegisterInstance","required":["ServiceId","InstanceId","Attributes"],"members":{"ServiceId":"Arn","InstanceId":"InstanceId","CreatorRequestId":"ResourceId","Attributes":"object"}}
{"operation":"UpdateInstanceCustomHealthStatus","required":["ServiceId","InstanceId","Status"],"members":{"ServiceId":"Arn","InstanceId":"ResourceId","Status":"CustomHealthStatus"}}
`;
