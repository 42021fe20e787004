/** Prints the resource types that `gatewright check` reads, one a line, for condense.py. */
import { RESOURCE_TYPES } from '../../../packages/gateway/engine/compose/services/catalogue.ts';

/** Types that the gateway does not read, and that stacks with an API often have next to it. */
const BESIDE_THE_GATEWAY = `
  ApplicationAutoScaling::ScalableTarget ApplicationAutoScaling::ScalingPolicy
  CertificateManager::Account Cognito::IdentityPool Cognito::IdentityPoolRoleAttachment Cognito::LogDeliveryConfiguration
  Cognito::UserPoolRiskConfigurationAttachment Cognito::UserPoolUICustomizationAttachment Cognito::UserPoolUserToGroupAttachment
  DynamoDB::GlobalTable EC2::SecurityGroup EC2::SecurityGroupEgress EC2::SecurityGroupIngress EC2::Subnet EC2::VPC
  EC2::VPCEndpoint EC2::InternetGateway EC2::NatGateway EC2::Route EC2::RouteTable EC2::SubnetRouteTableAssociation
  EC2::VPCGatewayAttachment EC2::EIP
  ElasticLoadBalancingV2::Listener ElasticLoadBalancingV2::ListenerRule ElasticLoadBalancingV2::LoadBalancer
  ElasticLoadBalancingV2::TargetGroup
  Events::ApiDestination Events::Archive Events::Connection Events::Endpoint EventSchemas::Registry EventSchemas::Schema
  IAM::AccessKey IAM::Group IAM::GroupPolicy IAM::OIDCProvider IAM::RolePolicy IAM::ServiceLinkedRole IAM::UserPolicy
  IAM::UserToGroupAddition KMS::Alias KMS::ReplicaKey Kinesis::ResourcePolicy Kinesis::StreamConsumer
  KinesisFirehose::DeliveryStream Lambda::CodeSigningConfig
  Logs::AccountPolicy Logs::Destination Logs::ResourcePolicy Pipes::Pipe S3::AccessPoint
  Route53::HealthCheck SecretsManager::ResourcePolicy SecretsManager::RotationSchedule SecretsManager::SecretTargetAttachment
  SES::ConfigurationSet SES::EmailIdentity StepFunctions::Activity Synthetics::Canary XRay::Group XRay::SamplingRule
`
  .trim()
  .split(/\s+/)
  .map((name) => `AWS::${name}`);

const types = [...new Set([...RESOURCE_TYPES.names, ...BESIDE_THE_GATEWAY])]
  .filter((name) => /^AWS::\w+::\w+$/.test(name))
  .toSorted();
process.stdout.write(`${types.join('\n')}\n`);
