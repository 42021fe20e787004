/**
 * Types whose `Ref` is a property of the template: the only primary identifier of the type, if the template sets it.
 * From CloudFormation's resource schemas, as cfn-lint 1.58.0 has them (MIT-0).
 * @see https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/resource-identifier.html
 */

/**
 * Each line has a service and its types. A type without `=` is identified by its property Name. Types that the gateway
 * serves, and those of service-names.ts, are left out.
 */
const TABLE = `
ACMPCA CertificateAuthorityActivation=CertificateAuthorityArn
APS ResourcePolicy=WorkspaceArn
ARCZonalShift ZonalAutoshiftConfiguration=ResourceIdentifier
AppFlow Connector=ConnectorLabel ConnectorProfile=ConnectorProfileName Flow=FlowName
AppIntegrations EventIntegration
AppStream AppBlockBuilder DirectoryConfig=DirectoryName ImageBuilder Stack
AppSync DomainName=DomainName
Athena DataCatalog WorkGroup
AutoScaling AutoScalingGroup=AutoScalingGroupName LaunchConfiguration=LaunchConfigurationName
 WarmPool=AutoScalingGroupName
Backup BackupVault=BackupVaultName LogicallyAirGappedBackupVault=BackupVaultName
 RestoreTestingPlan=RestoreTestingPlanName TieringConfiguration=TieringConfigurationName
Bedrock ResourcePolicy=ResourceArn
BedrockAgentCore WorkloadIdentity
CUR ReportDefinition=ReportName
Cassandra Keyspace=KeyspaceName
CloudFormation ModuleDefaultVersion=Arn
CloudFront KeyValueStore MonitoringSubscription=DistributionId
CloudTrail ResourcePolicy=ResourceArn Trail=TrailName
CloudWatch Dashboard=DashboardName MetricStream
CodeDeploy Application=ApplicationName DeploymentConfig=DeploymentConfigName
CodeGuruProfiler ProfilingGroup=ProfilingGroupName
CodePipeline Pipeline
Config ConfigRule=ConfigRuleName ConfigurationAggregator=ConfigurationAggregatorName
 ConformancePack=ConformancePackName OrganizationConformancePack=OrganizationConformancePackName
 StoredQuery=QueryName
CustomerProfiles Domain=DomainName
DataBrew Dataset Job Project Recipe Ruleset Schedule
Detective OrganizationAdmin=AccountId
DevOpsAgent PrivateConnection
DocDB GlobalCluster=GlobalClusterIdentifier
EC2 GatewayRouteTableAssociation=GatewayId KeyPair=KeyName SqlHaStandbyDetectedInstance=InstanceId
 VPCEndpointServicePermissions=ServiceId
ECR PublicRepository=RepositoryName PullThroughCacheRule=EcrRepositoryPrefix
 PullTimeUpdateExclusion=PrincipalArn RepositoryCreationTemplate=Prefix
ECS CapacityProvider ClusterCapacityProviderAssociations=Cluster
EKS Cluster
EMR SecurityConfiguration WALWorkspace=WALWorkspaceName
ElastiCache SubnetGroup=CacheSubnetGroupName User=UserId UserGroup=UserGroupId
ElasticBeanstalk Application=ApplicationName Environment=EnvironmentName
EntityResolution IdMappingWorkflow=WorkflowName IdNamespace=IdNamespaceName MatchingWorkflow=WorkflowName
 SchemaMapping=SchemaName
Events Endpoint
FMS NotificationChannel=SnsTopicArn
FSx S3AccessPointAttachment
GameLift ContainerGroupDefinition GameSessionQueue Location=LocationName MatchmakingConfiguration
 MatchmakingRuleSet
Glue Crawler Job Trigger UsageProfile
IAM ServerCertificate=ServerCertificateName
InternetMonitor Monitor=MonitorName
IoT AccountAuditConfiguration=AccountId Authorizer=AuthorizerName BillingGroup=BillingGroupName
 CertificateProvider=CertificateProviderName Command=CommandId CustomMetric=MetricName Dimension
 DomainConfiguration=DomainConfigurationName FleetMetric=MetricName JobTemplate=JobTemplateId
 Logging=AccountId MitigationAction=ActionName ProvisioningTemplate=TemplateName RoleAlias=RoleAlias
 ScheduledAudit=ScheduledAuditName SecurityProfile=SecurityProfileName SoftwarePackage=PackageName
 ThingGroup=ThingGroupName ThingType=ThingTypeName
IoTAnalytics Channel=ChannelName Dataset=DatasetName Datastore=DatastoreName Pipeline=PipelineName
IoTEvents AlarmModel=AlarmModelName DetectorModel=DetectorModelName Input=InputName
IoTFleetWise Campaign DecoderManifest Fleet=Id ModelManifest SignalCatalog StateTemplate Vehicle
IoTTwinMaker Workspace=WorkspaceId
IoTWireless Destination NetworkAnalyzerConfiguration PartnerAccount=PartnerAccountId
Kinesis ResourcePolicy=ResourceArn
KinesisAnalyticsV2 Application=ApplicationName
KinesisVideo SignalingChannel Stream
LakeFormation Tag=TagKey
Lambda CapacityProvider=CapacityProviderName
Lightsail Alarm=AlarmName Bucket=BucketName Certificate=CertificateName Container=ServiceName
 Database=RelationalDatabaseName DatabaseSnapshot=RelationalDatabaseSnapshotName Disk=DiskName
 DiskSnapshot=DiskSnapshotName Distribution=DistributionName Domain=DomainName Instance=InstanceName
 InstanceSnapshot=InstanceSnapshotName LoadBalancer=LoadBalancerName StaticIp=StaticIpName
Location APIKey=KeyName GeofenceCollection=CollectionName Map=MapName PlaceIndex=IndexName
 RouteCalculator=CalculatorName Tracker=TrackerName
Logs DeliveryDestination DeliverySource Destination=DestinationName Integration=IntegrationName
 ResourcePolicy=PolicyName Transformer=LogGroupIdentifier
LookoutEquipment InferenceScheduler=InferenceSchedulerName
LookoutVision Project=ProjectName
M2 Deployment=ApplicationId
MSK BatchScramSecret=ClusterArn ClusterPolicy=ClusterArn
MWAA Environment
MediaPackage Asset=Id Channel=Id OriginEndpoint=Id PackagingConfiguration=Id PackagingGroup=Id
MediaTailor Channel=ChannelName ChannelPolicy=ChannelName PlaybackConfiguration
 SourceLocation=SourceLocationName
MemoryDB ACL=ACLName Cluster=ClusterName ParameterGroup=ParameterGroupName SubnetGroup=SubnetGroupName
 User=UserName
Neptune DBCluster=DBClusterIdentifier DBClusterParameterGroup DBInstance=DBInstanceIdentifier
 DBParameterGroup DBSubnetGroup=DBSubnetGroupName EventSubscription=SubscriptionName
NetworkFirewall LoggingConfiguration=FirewallArn
Notifications NotificationHub=Region
ObservabilityAdmin TelemetryEnrichment=Scope
Omics AnnotationStore Configuration VariantStore
OpenSearchService Application
PaymentCryptography Alias=AliasName
Pinpoint InAppTemplate=TemplateName
RDS DBClusterParameterGroup=DBClusterParameterGroupName DBParameterGroup=DBParameterGroupName
 DBProxyEndpoint=DBProxyEndpointName DBShardGroup=DBShardGroupIdentifier
 EventSubscription=SubscriptionName GlobalCluster=GlobalClusterIdentifier OptionGroup=OptionGroupName
RUM AppMonitor
Redshift Cluster=ClusterIdentifier ClusterParameterGroup=ParameterGroupName EndpointAccess=EndpointName
 EventSubscription=SubscriptionName ScheduledAction=ScheduledActionName
RedshiftServerless Namespace=NamespaceName Snapshot=SnapshotName Workgroup=WorkgroupName
Rekognition Collection=CollectionId Project=ProjectName StreamProcessor
ResourceGroups Group
Route53 DNSSEC=HostedZoneId
Route53RecoveryReadiness Cell=CellName ReadinessCheck=ReadinessCheckName RecoveryGroup=RecoveryGroupName
 ResourceSet=ResourceSetName
Route53Resolver ResolverConfig=ResourceId
S3 AccessPoint BucketPolicy=Bucket MultiRegionAccessPoint MultiRegionAccessPointPolicy=MrapName
 StorageLensGroup
S3Express AccessPoint BucketPolicy=Bucket DirectoryBucket=BucketName
S3Files FileSystemPolicy=FileSystemId
S3ObjectLambda AccessPoint AccessPointPolicy=ObjectLambdaAccessPoint
S3Outposts BucketPolicy=Bucket
S3Tables TableBucketPolicy=TableBucketARN TablePolicy=TableARN
S3Vectors VectorBucketPolicy=VectorBucketArn
SES ContactList=ContactListName CustomVerificationEmailTemplate=TemplateName DedicatedIpPool=PoolName
 MultiRegionEndpoint=EndpointName Tenant=TenantName
SMSVOICE ConfigurationSet=ConfigurationSetName OptOutList=OptOutListName ResourcePolicy=ResourceArn
SNS TopicInlinePolicy=TopicArn
SQS QueueInlinePolicy=Queue
SSM ResourceDataSync=SyncName
SSO InstanceAccessControlAttributeConfiguration=InstanceArn
SageMaker AppImageConfig=AppImageConfigName DeviceFleet=DeviceFleetName FeatureGroup=FeatureGroupName
 InferenceExperiment MlflowTrackingServer=TrackingServerName ModelCard=ModelCardName Pipeline=PipelineName
 StudioLifecycleConfig=StudioLifecycleConfigName
SecurityHub SecurityControl=SecurityControlId
SecurityLake SubscriberNotification=SubscriberArn
SimSpaceWeaver Simulation
SupportApp SlackWorkspaceConfiguration=TeamId
Synthetics Canary Group
Timestream Database=DatabaseName
VpcLattice AuthPolicy=ResourceIdentifier ResourcePolicy=ResourceArn
XRay ResourcePolicy=PolicyName
`;

const PROPERTIES: ReadonlyMap<string, string> = new Map(
  TABLE.trim()
    .split(/\n(?! )/)
    .flatMap((line) => {
      const [service = '', ...types] = line.split(/\s+/);
      return types.map((one): [string, string] => {
        const [type = '', property = 'Name'] = one.split('=');
        return [`AWS::${service}::${type}`, property];
      });
    }),
);

/** Returns the property that `Ref` of the type returns; undefined if `Ref` returns something else, or is not known. */
export function primaryProperty(type: string): string | undefined {
  return PROPERTIES.get(type);
}
