/**
 * Computes `Ref` and `Fn::GetAtt` in AWS's form for types that the gateway does not serve. The results are needed only
 * to resolve the rest of a template.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
 * ("Return values")
 */
import { webAclScope } from '@gatewright/aws/arn';
import { makeHex, makeId, makeName, makeUuid } from '@gatewright/aws/physical-ids';
import { primaryProperty } from './primary-names.ts';
import type { Json } from '@gatewright/aws/json-object';

type NameSource = {
  readonly stackName: string;
  readonly logicalId: string;
  readonly region: string;
  readonly accountId: string;
  readonly partition: string;
  readonly urlSuffix: string;
  text(property: string): string | undefined;
};

type NameRow = {
  readonly nameProperty: string;
  readonly ref: string;
  readonly attributes: ReadonlyMap<string, string | readonly string[]>;
};

/**
 * Each line has a type, the property with its name, the result of Ref, and attributes. An attribute without a value
 * equals Ref, and an attribute with `[]` is a list. `{name}` is the name in the template, or a generated name if there
 * is none; `{name:32}` is cut to 32 characters. `{Other}` is another property. `{hex:8}`, `{id:8}`, `{ID:8}` and
 * `{uuid}` are generated and always the same. `{scope}` is `global` or `regional`, by the property `Scope`.
 * `arn:ecs:cluster/{name}` is short for the whole ARN, `garn:` for an ARN without a region.
 */
const TABLE = `
ApiGateway::DomainNameV2 - garn:apigateway:/domainnames/{DomainName}+{id:10} DomainNameArn DomainNameId={id:10}
  RegionalDomainName=d-{id:10}.execute-api.{region}.{suffix} RegionalHostedZoneId=Z1UJRXOUMOOFQ8
AppSync::GraphQLApi Name arn:appsync:apis/{id:26} Arn ApiId={id:26} GraphQLUrl=https://{id:26}.appsync-api.{region}.{suffix}/graphql
  RealtimeUrl=wss://{id:26}.appsync-realtime-api.{region}.{suffix}/graphql GraphQLDns={id:26}.appsync-api.{region}.{suffix}
  RealtimeDns={id:26}.appsync-realtime-api.{region}.{suffix}
AppSync::ApiKey - arn:appsync:apis/{ApiId}/apikeys/da2-{id:26} ApiKey=da2-{id:26} ApiKeyId=da2-{id:26}
AppSync::DataSource Name arn:appsync:apis/{ApiId}/datasources/{name} Name={name} DataSourceArn
AppSync::FunctionConfiguration - arn:appsync:apis/{ApiId}/functions/{id:26} FunctionId={id:26} FunctionArn
Batch::JobDefinition JobDefinitionName arn:batch:job-definition/{name}:1 Arn JobDefinitionArn
Batch::JobQueue JobQueueName arn:batch:job-queue/{name} Arn JobQueueArn
Batch::ComputeEnvironment ComputeEnvironmentName arn:batch:compute-environment/{name} Arn ComputeEnvironmentArn
Bedrock::Agent AgentName {ID:10} AgentId AgentArn=arn:bedrock:agent/{ID:10} AgentName={name}
Bedrock::AgentAlias AgentAliasName {AgentId}|{ID:10} AgentAliasId={ID:10} AgentAliasArn=arn:bedrock:agent-alias/{AgentId}/{ID:10}
Bedrock::KnowledgeBase - {ID:10} KnowledgeBaseId KnowledgeBaseArn=arn:bedrock:knowledge-base/{ID:10}
Bedrock::Guardrail Name arn:bedrock:guardrail/{id:12} GuardrailId={id:12} GuardrailArn Version=DRAFT
CertificateManager::Certificate - arn:acm:certificate/{uuid}
CloudFront::Distribution - E{ID:13} Id DomainName=d{id:13}.cloudfront.net
CloudFront::CloudFrontOriginAccessIdentity - E{ID:13} Id S3CanonicalUserId={hex:64}
CloudFront::OriginAccessControl - E{ID:13} Id
CloudFront::CachePolicy - {uuid} Id
CloudFront::OriginRequestPolicy - {uuid} Id
CloudFront::ResponseHeadersPolicy - {uuid} Id
CloudFront::Function Name garn:cloudfront:{account}:function/{name} FunctionARN
CloudFormation::Stack - arn:cloudformation:stack/{name}/{uuid}
CloudFormation::WaitConditionHandle - https://cloudformation-waitcondition-{region}.s3.{region}.{suffix}/{uuid}
CloudWatch::Alarm AlarmName {name} Arn=arn:cloudwatch:alarm:{name}
CloudWatch::CompositeAlarm AlarmName {name} Arn=arn:cloudwatch:alarm:{name}
CodeBuild::Project Name {name} Arn=arn:codebuild:project/{name}
Cognito::IdentityPool IdentityPoolName {region}:{uuid} Id Name={name}
Cognito::UserPoolDomain Domain {name} CloudFrontDistribution=d{id:13}.cloudfront.net
Cognito::UserPoolResourceServer Identifier {name}
Cognito::UserPoolGroup GroupName {name}
Cognito::UserPoolIdentityProvider ProviderName {name}
DSQL::Cluster - {id:26} Identifier ResourceArn=arn:dsql:cluster/{id:26} Endpoint={id:26}.dsql.{region}.on.aws
DynamoDB::GlobalTable TableName {name} Arn=arn:dynamodb:table/{name} TableId={uuid}
  StreamArn=arn:dynamodb:table/{name}/stream/2026-01-01T00:00:00.000
EC2::EIP - 203.0.113.1 AllocationId=eipalloc-{hex:17} PublicIp
EC2::FlowLog - fl-{hex:17} Id
EC2::Instance - i-{hex:17} InstanceId AvailabilityZone={region}a PrivateIp=10.0.0.10 PublicIp=203.0.113.10
  PrivateDnsName=ip-10-0-0-10.{region}.compute.internal PublicDnsName=ec2-203-0-113-10.{region}.compute.{suffix}
EC2::InternetGateway - igw-{hex:17} Id InternetGatewayId
EC2::LaunchTemplate - lt-{hex:17} LaunchTemplateId LatestVersionNumber=1 DefaultVersionNumber=1
EC2::NatGateway - nat-{hex:17} Id NatGatewayId
EC2::NetworkAcl - acl-{hex:17} Id
EC2::NetworkInterface - eni-{hex:17} Id PrimaryPrivateIpAddress=10.0.0.11
EC2::PrefixList - pl-{hex:17} PrefixListId Arn=arn:ec2:prefix-list/pl-{hex:17}
EC2::RouteTable - rtb-{hex:17} Id RouteTableId
EC2::SecurityGroup - sg-{hex:17} GroupId Id VpcId={VpcId}
EC2::Subnet - subnet-{hex:17} SubnetId AvailabilityZone={AvailabilityZone} CidrBlock={CidrBlock} VpcId={VpcId} Ipv6CidrBlocks[]=
  NetworkAclAssociationId=aclassoc-{hex:17}
EC2::TransitGateway - tgw-{hex:17} Id
EC2::Volume - vol-{hex:17} Id VolumeId
EC2::VPC - vpc-{hex:17} VpcId CidrBlock={CidrBlock} DefaultSecurityGroup=sg-{hex:17} DefaultNetworkAcl=acl-{hex:17}
  CidrBlockAssociations[]=vpc-cidr-assoc-{hex:17} Ipv6CidrBlocks[]=
EC2::VPCEndpoint - vpce-{hex:17} Id DnsEntries[]=Z7HUB22UULQXV:vpce-{hex:17}-{id:8}.execute-api.{region}.vpce.{suffix}
  NetworkInterfaceIds[]=eni-{hex:17}
ECR::Repository RepositoryName {name} Arn=arn:ecr:repository/{name} RepositoryUri={account}.dkr.ecr.{region}.{suffix}/{name}
ECS::Cluster ClusterName {name} Arn=arn:ecs:cluster/{name}
ECS::Service ServiceName arn:ecs:service/{name} Arn Name={name} ServiceArn
ECS::TaskDefinition Family arn:ecs:task-definition/{name}:1 Arn TaskDefinitionArn
EFS::AccessPoint - fsap-{hex:17} AccessPointId Arn=arn:elasticfilesystem:access-point/fsap-{hex:17}
EFS::FileSystem - fs-{hex:17} FileSystemId Arn=arn:elasticfilesystem:file-system/fs-{hex:17}
ElastiCache::CacheCluster ClusterName {name} RedisEndpoint.Address={name}.{id:6}.0001.cache.{region}.{suffix} RedisEndpoint.Port=6379
  ConfigurationEndpoint.Address={name}.{id:6}.cfg.cache.{region}.{suffix} ConfigurationEndpoint.Port=11211
ElastiCache::ReplicationGroup ReplicationGroupId {name} PrimaryEndPoint.Address={name}.{id:6}.ng.0001.cache.{region}.{suffix}
  PrimaryEndPoint.Port=6379 ReaderEndPoint.Address={name}-ro.{id:6}.ng.0001.cache.{region}.{suffix} ReaderEndPoint.Port=6379
  ConfigurationEndPoint.Address=clustercfg.{name}.{id:6}.cache.{region}.{suffix} ConfigurationEndPoint.Port=6379
ElastiCache::ServerlessCache ServerlessCacheName {name} Arn=arn:elasticache:serverlesscache:{name}
  ARN=arn:elasticache:serverlesscache:{name} Endpoint.Address={name}-{id:6}.serverless.cache.{region}.{suffix} Endpoint.Port=6379
  ReaderEndpoint.Address={name}-{id:6}.serverless.cache.{region}.{suffix} ReaderEndpoint.Port=6380
ElasticLoadBalancingV2::Listener - arn:elasticloadbalancing:listener/app/{name}/{hex:16}/{hex:16} ListenerArn
ElasticLoadBalancingV2::ListenerRule - arn:elasticloadbalancing:listener-rule/app/{name}/{hex:16}/{hex:16}/{hex:16} RuleArn
  IsDefault=false
ElasticLoadBalancingV2::LoadBalancer Name arn:elasticloadbalancing:loadbalancer/app/{name:32}/{hex:16} Arn LoadBalancerArn
  DNSName={name:32}-{id:10}.{region}.elb.{suffix} CanonicalHostedZoneID=Z35SXDOTRQ7X7K LoadBalancerFullName=app/{name:32}/{hex:16}
  LoadBalancerName={name:32} SecurityGroups[]=sg-{hex:17}
ElasticLoadBalancingV2::TargetGroup Name arn:elasticloadbalancing:targetgroup/{name:32}/{hex:16} TargetGroupArn
  TargetGroupFullName=targetgroup/{name:32}/{hex:16} TargetGroupName={name:32}
  LoadBalancerArns[]=arn:elasticloadbalancing:loadbalancer/app/{name:32}/{hex:16}
Events::ApiDestination Name {name} Arn=arn:events:api-destination/{name}/{uuid}
Events::Archive ArchiveName {name} Arn=arn:events:archive/{name}
Events::Connection Name {name} Arn=arn:events:connection/{name}/{uuid}
  SecretArn=arn:secretsmanager:secret:events!connection/{name}/{uuid}-{id:6}
Glue::Database DatabaseInput.Name {name}
Glue::Table TableInput.Name {name}
IAM::InstanceProfile InstanceProfileName {name} Arn=garn:iam:{account}:instance-profile/{name}
IoT::Policy PolicyName {name} Arn=arn:iot:policy/{name} Id
IoT::Thing ThingName {name} Arn=arn:iot:thing/{name} Id={uuid}
IoT::TopicRule RuleName {name} Arn=arn:iot:rule/{name}
Kinesis::Stream Name {name} Arn=arn:kinesis:stream/{name}
KinesisFirehose::DeliveryStream DeliveryStreamName {name} Arn=arn:firehose:deliverystream/{name}
KMS::Alias AliasName {name}
Lambda::CodeSigningConfig - arn:lambda:code-signing-config:csc-{hex:17} CodeSigningConfigArn CodeSigningConfigId=csc-{hex:17}
Logs::LogStream LogStreamName {name}
MSK::Cluster ClusterName arn:kafka:cluster/{name}/{uuid}-1 Arn
MSK::ServerlessCluster ClusterName arn:kafka:cluster/{name}/{uuid}-s1 Arn
OpenSearchService::Domain DomainName {name} Arn=arn:es:domain/{name} DomainArn=arn:es:domain/{name}
  DomainEndpoint=search-{name}-{id:26}.{region}.es.{suffix} Id={account}/{name}
OpenSearchServerless::Collection Name {id:20} Id Arn=arn:aoss:collection/{id:20} CollectionEndpoint=https://{id:20}.{region}.aoss.{suffix}
Pipes::Pipe Name {name} Arn=arn:pipes:pipe/{name}
RDS::DBCluster DBClusterIdentifier {name} DBClusterArn=arn:rds:cluster:{name} DBClusterResourceId=cluster-{ID:26}
  Endpoint.Address={name}.cluster-{id:12}.{region}.rds.{suffix} Endpoint.Port=3306
  ReadEndpoint.Address={name}.cluster-ro-{id:12}.{region}.rds.{suffix}
  MasterUserSecret.SecretArn=arn:secretsmanager:secret:rds!cluster-{uuid}-{id:6}
RDS::DBInstance DBInstanceIdentifier {name} DBInstanceArn=arn:rds:db:{name} DbiResourceId=db-{ID:26}
  Endpoint.Address={name}.{id:12}.{region}.rds.{suffix} Endpoint.Port=3306 Endpoint.HostedZoneId=Z2R2ITUGPM61AM
  MasterUserSecret.SecretArn=arn:secretsmanager:secret:rds!db-{uuid}-{id:6}
RDS::DBProxy DBProxyName {name} DBProxyArn=arn:rds:db-proxy:prx-{hex:17} Endpoint={name}.proxy-{id:12}.{region}.rds.{suffix}
  VpcId=vpc-{hex:17}
RDS::DBSubnetGroup DBSubnetGroupName {name}
Route53::HostedZone - Z{ID:20} Id NameServers[]=ns-1.awsdns-00.org,ns-2.awsdns-00.com
Scheduler::Schedule Name {name} Arn=arn:scheduler:schedule/default/{name}
Scheduler::ScheduleGroup Name {name} Arn=arn:scheduler:schedule-group/{name}
SES::ConfigurationSet Name {name}
SES::EmailIdentity EmailIdentity {name}
SNS::Subscription - {TopicArn}:{uuid} Arn
SSM::Document Name {name}
SecretsManager::RotationSchedule - {SecretId} Id
StepFunctions::Activity Name arn:states:activity:{name} Arn Name={name}
VerifiedPermissions::PolicyStore - {id:22} PolicyStoreId Arn=garn:verifiedpermissions:{account}:policy-store/{id:22}
VpcLattice::Service Name arn:vpc-lattice:service/svc-{hex:17} Arn Id=svc-{hex:17}
  DnsEntry.DomainName={name}-{hex:17}.{id:7}.vpc-lattice-svcs.{region}.on.aws DnsEntry.HostedZoneId=Z{ID:20}
VpcLattice::ServiceNetwork Name arn:vpc-lattice:servicenetwork/sn-{hex:17} Arn Id=sn-{hex:17}
VpcLattice::TargetGroup Name arn:vpc-lattice:targetgroup/tg-{hex:17} Arn Id=tg-{hex:17}
WAFv2::IPSet Name {name}|{uuid}|{Scope} Id={uuid} Arn=arn:wafv2:{scope}/ipset/{name}/{uuid}
WAFv2::RegexPatternSet Name {name}|{uuid}|{Scope} Id={uuid} Arn=arn:wafv2:{scope}/regexpatternset/{name}/{uuid}
WAFv2::LoggingConfiguration - {ResourceArn}
WAFv2::RuleGroup Name {name}|{uuid}|{Scope} Id={uuid} Arn=arn:wafv2:{scope}/rulegroup/{name}/{uuid}
  LabelNamespace=awswaf:{account}:rulegroup:{name}:
WAFv2::WebACL Name {name}|{uuid}|{Scope} Id={uuid} Arn=arn:wafv2:{scope}/webacl/{name}/{uuid} Capacity=0
  LabelNamespace=awswaf:{account}:webacl:{name}:
`;

const ROWS: ReadonlyMap<string, NameRow> = new Map(
  TABLE.trim()
    .split(/\n(?! )/)
    .map((line) => {
      const [type = '', nameProperty = '-', ref = '', ...attributes] = line.split(/\s+/);
      return [`AWS::${type}`, { nameProperty, ref, attributes: readAttributes(ref, attributes) }];
    }),
);

function readAttributes(
  ref: string,
  written: readonly string[],
): ReadonlyMap<string, string | readonly string[]> {
  return new Map(
    written.map((attribute): [string, string | readonly string[]] => {
      const [, name = '', list, value] = /^([\w.]+)(\[\])?(?:=(.*))?$/.exec(attribute) ?? [];
      if (list === undefined) return [name, value ?? ref];
      return [name, value === undefined || value === '' ? [] : value.split(',')];
    }),
  );
}

/** Returns the result of `Ref`; undefined for a type that is not in the table. */
export function serviceReference(type: string, source: NameSource): string | undefined {
  const row = ROWS.get(type);
  return row === undefined ? namedReference(type, source) : fill(row, row.ref, source);
}

/** CloudFormation generates a name that the template does not set, but no ARN or id of another resource. */
function namedReference(type: string, source: NameSource): string | undefined {
  const property = primaryProperty(type);
  const written = property === undefined ? undefined : source.text(property);
  if (written !== undefined || property?.endsWith('Name') !== true) return written;
  return makeName(source.stackName, source.logicalId, 128);
}

/** Returns the result of `Fn::GetAtt`; undefined for a type or attribute that is not in the table. */
export function serviceAttribute(type: string, attribute: string, source: NameSource): Json | undefined {
  const row = ROWS.get(type);
  const pattern = row?.attributes.get(attribute);
  if (row === undefined || pattern === undefined) return undefined;
  return typeof pattern === 'string'
    ? fill(row, pattern, source)
    : pattern.map((item) => fill(row, item, source));
}

function fill({ nameProperty }: NameRow, pattern: string, source: NameSource): string {
  const { stackName, logicalId, region, accountId, partition, urlSuffix } = source;
  const seed = [stackName, logicalId];
  const whole = pattern
    .replace(/^arn:([\w-]+):/, 'arn:{partition}:$1:{region}:{account}:')
    .replace(/^garn:([\w-]+):/, 'arn:{partition}:$1::');
  const known: Readonly<Record<string, () => string>> = {
    region: () => region,
    account: () => accountId,
    partition: () => partition,
    suffix: () => urlSuffix,
    uuid: () => makeUuid(...seed),
    scope: () => webAclScope(source.text('Scope')),
  };
  const made: Readonly<Record<string, (count: number) => string>> = {
    hex: (count) => makeHex(count, ...seed),
    id: (count) => makeId(count, ...seed),
    ID: (count) => makeId(count, ...seed).toUpperCase(),
    name: (count) =>
      (nameProperty === '-' ? undefined : source.text(nameProperty))?.slice(0, count) ??
      makeName(stackName, logicalId, count),
  };
  return whole.replace(/\{(\w+)(?::(\d+))?\}/g, (_text, key: string, count?: string) =>
    Object.hasOwn(made, key)
      ? (made[key]?.(Number(count ?? 128)) ?? '')
      : (known[key]?.() ?? source.text(key) ?? ''),
  );
}
