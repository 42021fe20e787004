import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json } from '@gatewright/aws/json-object';
import { aStack } from '../stack-builders.ts';

/** The value of `expression` next to the resource `X`. */
function valueOf(resource: string, expression: string): { value: Json | undefined; placeholders: number } {
  const stack = aStack(`Resources: { X: ${resource} }\nOutputs: { Out: { Value: ${expression} } }`);
  return { value: stack.resolveOutputs().get('Out'), placeholders: stack.placeholders.length };
}

const ACCOUNT = 'eu-west-1:123456789012';

describe('names of resources that are not served', () => {
  const rows: { resource: string; expression: string; gives: RegExp }[] = [
    // albuquerquealdry/sam-aws-lab: sam init writes this group with Application Insights
    {
      resource: '{ Type: AWS::ResourceGroups::Group, Properties: { Name: ApplicationInsights-SAM-shop } }',
      expression: '!Ref X',
      gives: /^ApplicationInsights-SAM-shop$/,
    },
    {
      resource: '{ Type: AWS::Config::ConfigRule }',
      expression: '!Ref X',
      gives: /^shop-X-[A-Z0-9]{12}$/,
    },
    {
      resource: "{ Type: AWS::MSK::ClusterPolicy, Properties: { ClusterArn: 'arn:aws:kafka:a:1:c' } }",
      expression: '!Ref X',
      gives: /^arn:aws:kafka:a:1:c$/,
    },
    {
      resource: '{ Type: AWS::ElasticLoadBalancingV2::Listener }',
      expression: '!Ref X',
      gives: new RegExp(
        `^arn:aws:elasticloadbalancing:${ACCOUNT}:listener/app/.+/[0-9a-f]{16}/[0-9a-f]{16}$`,
      ),
    },
    {
      resource: '{ Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: { Name: blue } }',
      expression: '!GetAtt X.TargetGroupFullName',
      gives: /^targetgroup\/blue\/[0-9a-f]{16}$/,
    },
    {
      resource: '{ Type: AWS::Batch::JobDefinition }',
      expression: '!Select [5, !Split [":", !Ref X]]',
      gives: /^job-definition\/shop-X-[A-Z0-9]{12}$/,
    },
    {
      resource: '{ Type: AWS::EC2::VPCEndpoint }',
      expression: '!Select [0, !GetAtt X.DnsEntries]',
      gives: /^Z7HUB22UULQXV:vpce-[0-9a-f]{17}-[a-z0-9]{8}\.execute-api\.eu-west-1\.vpce\.amazonaws\.com$/,
    },
    {
      resource: '{ Type: AWS::EC2::Subnet, Properties: { VpcId: vpc-1 } }',
      expression: '!Sub "${X} ${X.VpcId}"',
      gives: /^subnet-[0-9a-f]{17} vpc-1$/,
    },
    {
      resource: '{ Type: AWS::RDS::DBCluster, Properties: { DBClusterIdentifier: main } }',
      expression: '!GetAtt X.Endpoint.Address',
      gives: /^main\.cluster-[a-z0-9]{12}\.eu-west-1\.rds\.amazonaws\.com$/,
    },
    {
      resource: '{ Type: AWS::CloudFront::Function, Properties: { Name: f } }',
      expression: '!Ref X',
      gives: /^arn:aws:cloudfront::123456789012:function\/f$/,
    },
    {
      resource: '{ Type: AWS::WAFv2::WebACL, Properties: { Name: a, Scope: REGIONAL } }',
      expression: '!GetAtt X.Arn',
      gives: new RegExp(`^arn:aws:wafv2:${ACCOUNT}:regional/webacl/a/[0-9a-f-]{36}$`),
    },
    {
      resource: '{ Type: AWS::WAFv2::WebACL, Properties: { Name: a, Scope: CLOUDFRONT } }',
      expression: '!GetAtt X.Arn',
      gives: new RegExp(`^arn:aws:wafv2:${ACCOUNT}:global/webacl/a/[0-9a-f-]{36}$`),
    },
  ];
  for (const { resource, expression, gives } of rows) {
    it(`give ${expression} of ${resource}`, () => {
      const { value, placeholders } = valueOf(resource, expression);

      assert.match(
        JSON.stringify(value).slice(1, -1),
        gives,
        'CloudFormation template reference, Return values',
      );
      assert.equal(placeholders, 0);
    });
  }

  it('are generated in a likely form for every other type, and reported as generated', () => {
    const resource = '{ Type: AWS::Novel::Thing }';
    for (const [expression, gives] of [
      ['!Ref X', /^shop-X-[A-Z0-9]{12}$/],
      ['!GetAtt X.ThingArn', /^arn:aws:novel:eu-west-1:123456789012:shop-X-/],
      ['!GetAtt X.Endpoint.Address', /^shop-x-[a-z0-9]{12}\.novel\.eu-west-1\.amazonaws\.com$/],
      ['!GetAtt X.Endpoint.Port', /^443$/],
      ['!GetAtt X.Url', /^https:\/\/shop-x-[a-z0-9]{12}\.novel\./],
    ] as const) {
      const { value, placeholders } = valueOf(resource, expression);

      assert.match(JSON.stringify(value).slice(1, -1), gives);
      assert.equal(placeholders, 1);
    }
  });
});
