/** As terraform-rest-rows.ts, for what belongs to no API: keys, plans, domains, links. They follow its rows. */
import { REGION } from '../../../../support/a-stack.ts';
import type { Row } from '../../../../support/a-terraform-row.ts';

const TAGS = { team: 'blue' };
const ROLE = 'arn:aws:iam::123456789012:role/caller';
const CERTIFICATE = `arn:aws:acm:${REGION}:123456789012:certificate/1`;

export const ACCOUNT_ROWS: readonly Row[] = [
  {
    resource: 'aws_api_gateway_api_key',
    from: 'api_key.go',
    call: 'CreateApiKey',
    sends: () => ({
      name: 'customer',
      description: 'of a customer',
      enabled: true,
      customerId: 'c-1',
      tags: TAGS,
      value: 'a-value-of-at-least-twenty-characters',
    }),
    reads: 'GetApiKey',
    by: ({ key }) => ({ apiKey: key, includeValue: true }),
    keeps: { key: 'id' },
    needs: ['createdDate', 'lastUpdatedDate'],
  },
  {
    resource: 'aws_api_gateway_usage_plan',
    from: 'usage_plan.go',
    call: 'CreateUsagePlan',
    sends: (ids) => ({
      name: 'basic',
      description: 'the basic plan',
      tags: TAGS,
      apiStages: [
        { apiId: ids['api'], stage: 'live', throttle: { '/orders/POST': { burstLimit: 5, rateLimit: 10 } } },
      ],
      quota: { limit: 1000, offset: 1, period: 'WEEK' },
      throttle: { burstLimit: 20, rateLimit: 40 },
    }),
    reads: 'GetUsagePlan',
    by: ({ plan }) => ({ usagePlanId: plan }),
    keeps: { plan: 'id' },
  },
  {
    resource: 'aws_api_gateway_usage_plan (product code)',
    from: 'usage_plan.go',
    call: 'UpdateUsagePlan',
    sends: ({ plan }) => ({
      usagePlanId: plan,
      patchOperations: [{ op: 'add', path: '/productCode', value: 'P1' }],
    }),
    reads: 'GetUsagePlan',
    by: ({ plan }) => ({ usagePlanId: plan }),
    becomes: { productCode: 'P1' },
  },
  {
    resource: 'aws_api_gateway_usage_plan_key',
    from: 'usage_plan_key.go',
    call: 'CreateUsagePlanKey',
    sends: ({ plan, key }) => ({ usagePlanId: plan, keyId: key, keyType: 'API_KEY' }),
    renamed: { keyId: 'id', keyType: 'type' },
    reads: 'GetUsagePlanKey',
    by: ({ plan, key }) => ({ usagePlanId: plan, keyId: key }),
  },
  {
    resource: 'aws_api_gateway_domain_name',
    from: 'domain_name.go',
    call: 'CreateDomainName',
    sends: () => ({
      domainName: 'shop.example.com',
      tags: TAGS,
      regionalCertificateArn: CERTIFICATE,
      endpointConfiguration: { types: ['REGIONAL'] },
      securityPolicy: 'TLS_1_2',
    }),
    reads: 'GetDomainName',
    by: () => ({ domainName: 'shop.example.com' }),
  },
  {
    resource: 'aws_api_gateway_domain_name (edge)',
    from: 'domain_name.go',
    call: 'CreateDomainName',
    sends: () => ({
      domainName: 'edge.example.com',
      certificateArn: CERTIFICATE,
      endpointConfiguration: { types: ['EDGE'] },
      securityPolicy: 'TLS_1_2',
    }),
    reads: 'GetDomainName',
    by: () => ({ domainName: 'edge.example.com' }),
  },
  {
    resource: 'aws_api_gateway_base_path_mapping',
    from: 'base_path_mapping.go',
    call: 'CreateBasePathMapping',
    sends: (ids) => ({
      restApiId: ids['api'],
      domainName: 'shop.example.com',
      basePath: 'v1',
      stage: 'live',
    }),
    reads: 'GetBasePathMapping',
    by: () => ({ domainName: 'shop.example.com', basePath: 'v1' }),
    unread: ['domainName'],
  },
  {
    resource: 'aws_api_gateway_vpc_link',
    from: 'vpc_link.go',
    call: 'CreateVpcLink',
    sends: () => ({
      name: 'inside',
      description: 'to the network',
      targetArns: [
        `arn:aws:elasticloadbalancing:${REGION}:123456789012:loadbalancer/net/inside/50dc6c495c0c9188`,
      ],
      tags: TAGS,
    }),
    reads: 'GetVpcLink',
    by: ({ link }) => ({ vpcLinkId: link }),
    keeps: { link: 'id' },
  },
  {
    resource: 'aws_api_gateway_account',
    from: 'account.go',
    call: 'UpdateAccount',
    sends: () => ({ patchOperations: [{ op: 'replace', path: '/cloudwatchRoleArn', value: ROLE }] }),
    reads: 'GetAccount',
    by: () => ({}),
    becomes: { cloudwatchRoleArn: ROLE, features: ['UsagePlans'] },
    needs: ['apiKeyVersion', 'throttleSettings'],
  },
];
