/** What AWS refuses in a Terraform plan, with the line of the configuration file from which the plan was made. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { examineStacks } from '../../../../../../packages/gateway/engine/compose/checking/examine.ts';
import type { DeployFinding } from '../../../../../../packages/gateway/core/deployability/finding.ts';
import { aPlan, aState, refs } from '../../../../../support/a-terraform-plan.ts';
import type { Planned } from '../../../../../support/a-terraform-plan.ts';
import { constants, plain } from './refused/plan.ts';
import { siteOf } from './refused/plans-of-references.ts';
import { REFUSED_PLANS } from './refused-plans.ts';

let folder = '';
const folders: string[] = [];

type Refusal = { readonly id: string; readonly file: string; readonly line: number | undefined };

async function refusals(plan: string): Promise<readonly Refusal[]> {
  return (await findingsOf(plan))
    .filter(({ severity }) => severity === 'refused')
    .map(({ id, file: found, line }) => ({ id, file: basename(found), line }));
}

async function findingsOf(plan: string): Promise<readonly DeployFinding[]> {
  const file = join(folder, 'plan.json');
  writeFileSync(file, plan);
  const { findings } = await examineStacks([file], {
    stage: 'dev',
    region: 'eu-west-1',
    accountId: '123456789012',
    parameters: {},
    environment: {},
    directory: folder,
  });
  return findings;
}

const PERMISSION: Planned = {
  type: 'aws_lambda_permission',
  name: 'p',
  values: { action: 'lambda:InvokeFunction', principal: 'amazonaws.com', function_name: 'f' },
  expressions: { principal: { constant_value: 'amazonaws.com' } },
};

describe('examineStacks for a Terraform plan', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatewright-plan-'));
    folders.push(folder);
  });
  after(() => {
    for (const each of folders) rmSync(each, { recursive: true });
  });

  // Provider hashicorp/aws, aws_sns_topic_subscription: "raw_message_delivery … Default is false."
  it('accepts raw delivery that is false by default for every protocol', async () => {
    const subscription: Planned = {
      type: 'aws_sns_topic_subscription',
      name: 's',
      values: {
        protocol: 'email',
        endpoint: 'ops@example.com',
        topic_arn: 'arn:aws:sns:eu-west-1:123456789012:t',
        raw_message_delivery: false,
      },
    };
    writeFileSync(join(folder, 'main.tf'), 'resource "aws_sns_topic_subscription" "s" {}');

    assert.deepEqual(await refusals(aPlan({ resources: [subscription] })), []);
  });

  for (const { name, text, resources, id, source } of REFUSED_PLANS)
    it(`names ${name} and its line`, async () => {
      const lines = text.trimStart().split('\n');
      writeFileSync(join(folder, 'main.tf'), lines.join('\n'));
      const line = lines.findIndex((each) => each.endsWith('# here')) + 1;

      const found = await refusals(aPlan({ resources }));

      assert.deepEqual(found, [{ id, file: 'main.tf', line }], source);
    });

  it('accepts a function at a distribution, because a plan does not say which version will be published', async () => {
    const association = {
      event_type: 'origin-request',
      lambda_arn: 'arn:aws:lambda:us-east-1:123456789012:function:edge',
    };
    const site = {
      enabled: true,
      origin: [
        {
          origin_id: 'shop',
          domain_name: 'shop.example.com',
          custom_origin_config: [{ origin_protocol_policy: 'https-only' }],
        },
      ],
      default_cache_behavior: [
        {
          target_origin_id: 'shop',
          viewer_protocol_policy: 'redirect-to-https',
          cache_policy_id: '658327ea-f89d-4fab-a63d-7e88639e58f6',
          lambda_function_association: [association],
        },
      ],
    };

    const resources = [{ type: 'aws_cloudfront_distribution', name: 'site', values: site }];

    assert.deepEqual(await refusals(aPlan({ resources })), []);
  });

  it('names each member of a distribution that is not known, and nothing that follows from it', async () => {
    const unknown = ['domain_name', 'origin_access_control_id'].map((name) => [
      name,
      refs(`aws_instance.shop.${name}`),
    ]);
    const resources = [plain('aws_instance', 'shop', {}), siteOf([Object.fromEntries(unknown)])];

    const found = await findingsOf(aPlan({ resources }));

    assert.deepEqual(
      found
        .filter(({ severity }) => severity !== 'differs')
        .map(({ severity, property }) => [severity, property]),
      [
        ['unchecked', 'DistributionConfig.Origins.0.DomainName'],
        ['unchecked', 'DistributionConfig.Origins.0.OriginAccessControlId'],
      ],
    );
  });

  it('accepts an origin whose domain name, certificate or access control is not known', async () => {
    const unknown = Object.fromEntries(
      ['domain_name', 'origin_access_control_id'].map((name) => [name, refs(`aws_instance.shop.${name}`)]),
    );
    const certificate = { acm_certificate_arn: refs('aws_instance.shop.certificate') };
    const site = siteOf([unknown], { aliases: ['www.example.com'] });
    const resources = [
      plain('aws_instance', 'shop', {}),
      {
        ...site,
        unknown: { ...site.unknown, viewer_certificate: [{ acm_certificate_arn: true }] },
        expressions: { ...site.expressions, viewer_certificate: [certificate] },
      },
    ];

    assert.deepEqual(await refusals(aPlan({ resources })), []);
  });

  it('accepts periods in a domain of a user pool that has a certificate', async () => {
    const values = { domain: 'auth.members.example.com', user_pool_id: 'eu-west-1_Ab12Cd34E' };
    const certificate = { certificate_arn: 'arn:aws:acm:us-east-1:123456789012:certificate/a' };
    const known = plain('aws_cognito_user_pool_domain', 'known', { ...values, ...certificate });
    const made = {
      ...plain('aws_cognito_user_pool_domain', 'made', { ...values, domain: 'login.members.example.com' }),
      unknown: { certificate_arn: true },
      expressions: {
        ...constants(values),
        certificate_arn: refs('aws_acm_certificate.members.arn'),
      },
    };
    const resources = [plain('aws_acm_certificate', 'members', {}), known, made];

    assert.deepEqual(await refusals(aPlan({ resources })), []);
  });

  it('names the plan, without a line, if no configuration file is next to it', async () => {
    assert.deepEqual(await refusals(aPlan({ resources: [PERMISSION] })), [
      { id: 'lambda-permission-principal', file: 'plan.json', line: undefined },
    ]);
  });

  it('leaves out values that the configuration does not set, because the provider does not send them', async () => {
    const unset = { ...PERMISSION, expressions: {} };

    assert.deepEqual(await refusals(aPlan({ resources: [unset] })), []);
  });

  it('leaves out a state, because AWS has accepted what is deployed', async () => {
    assert.deepEqual(await refusals(aState([PERMISSION])), []);
  });

  it('leaves out members that the provider has in another form', async () => {
    const resources: Planned[] = [
      {
        type: 'aws_sqs_queue',
        name: 'jobs',
        values: { name: 'jobs', fifo_queue: false },
        expressions: { name: {}, fifo_queue: { constant_value: false } },
      },
      {
        type: 'aws_api_gateway_rest_api',
        name: 'a',
        values: { name: 'a', minimum_compression_size: '-1' },
        expressions: { name: {}, minimum_compression_size: { constant_value: '-1' } },
      },
      {
        type: 'aws_lambda_permission',
        name: 'p',
        values: { action: 'lambda:InvokeFunction', principal: 's3.amazonaws.com', function_name: 'f' },
        expressions: { action: {}, principal: {}, function_name: refs('aws_lambda_function.f.arn') },
      },
    ];

    assert.deepEqual(await refusals(aPlan({ resources })), []);
  });

  // hashicorp/terraform-provider-aws#41908: the policy of an API is a resource of its own, made after the API.
  it('accepts a policy that names the API to which it belongs, because Terraform makes it later', async () => {
    const resources: Planned[] = [
      { type: 'aws_api_gateway_rest_api', name: 'api', values: { name: 'shop' }, expressions: { name: {} } },
      {
        type: 'aws_iam_policy_document',
        name: 'open',
        isData: true,
        values: {
          statement: [
            {
              effect: 'Allow',
              actions: ['execute-api:Invoke'],
              principals: [{ type: 'AWS', identifiers: ['*'] }],
              resources: [null],
            },
          ],
        },
        unknown: { json: true, statement: [{ resources: [true] }] },
        expressions: { statement: [{ resources: refs('aws_api_gateway_rest_api.api.execution_arn') }] },
      },
      {
        type: 'aws_api_gateway_rest_api_policy',
        name: 'open',
        expressions: {
          rest_api_id: refs('aws_api_gateway_rest_api.api.id'),
          policy: refs('data.aws_iam_policy_document.open.json'),
        },
      },
    ];

    assert.deepEqual(await refusals(aPlan({ resources })), []);
  });

  // API references: SNS CreateTopic, EventBridge PutRule, CloudWatch PutMetricAlarm, SQS CreateQueue; the topics are
  // those of maahambanu/serverless-api-infrastructure, which its workflow deploys.
  for (const { type, first = {}, second = first, expected } of [
    { type: 'aws_sns_topic', expected: [] },
    { type: 'aws_sns_topic', second: { display_name: 'Jobs' }, expected: [] },
    { type: 'aws_cloudwatch_event_rule', first: { schedule_expression: 'rate(1 day)' }, expected: [] },
    { type: 'aws_sqs_queue', first: { delay_seconds: 5 }, expected: [] },
    { type: 'aws_sqs_queue', first: { delay_seconds: 5 }, second: {}, expected: ['shared-name'] },
    { type: 'aws_cloudwatch_log_group', first: { retention_in_days: 7 }, expected: ['shared-name'] },
  ] as const)
    it(`takes two ${type} of one name as the service does: ${JSON.stringify([first, second])}`, async () => {
      const found = await refusals(
        aPlan({
          resources: [
            plain(type, 'a', { name: 'jobs', ...first }),
            plain(type, 'b', { name: 'jobs', ...second }),
          ],
        }),
      );

      assert.deepEqual(
        found.map(({ id }) => id).filter((id) => id === 'shared-name'),
        expected,
      );
    });

  it('does not hold a plan to the quotas of CloudFormation’s templates', async () => {
    const resources = Array.from({ length: 501 }, (_, index) =>
      plain('aws_sns_topic', `t${index}`, { name: `topic-${index}` }),
    );

    assert.deepEqual(await refusals(aPlan({ resources })), []);
  });

  it('ignores a policy of which only the ARN in it is known', async () => {
    const found = await refusals(
      aPlan({
        resources: [
          { type: 'aws_sqs_queue', name: 'jobs', values: { name: 'jobs' }, expressions: {} },
          {
            type: 'aws_iam_policy',
            name: 'jobs',
            values: { name: 'jobs' },
            expressions: { policy: refs('aws_sqs_queue.jobs.arn') },
          },
        ],
      }),
    );

    assert.deepEqual(found, []);
  });

  it('ignores web ACLs whose rules have another form in the provider', async () => {
    const visibility = [
      { cloudwatch_metrics_enabled: true, metric_name: 'm', sampled_requests_enabled: true },
    ];
    const rule = (priority: number, action: object, statement: object): object => ({
      name: `r${priority}`,
      priority,
      action: [],
      override_action: [],
      rule_label: [],
      ...action,
      statement: [statement],
      visibility_config: visibility,
    });
    const block = { action: [{ allow: [], block: [{ custom_response: [] }], count: [] }] };
    const none = [{ priority: 0, type: 'NONE' }];
    const path = { field_to_match: [{ uri_path: [{}], body: [] }], text_transformation: none };
    const match = {
      byte_match_statement: [{ ...path, positional_constraint: 'STARTS_WITH', search_string: '/a' }],
    };

    const found = await refusals(
      aPlan({
        resources: [
          {
            type: 'aws_wafv2_ip_set',
            name: 'v4',
            values: {
              name: 'v4',
              scope: 'REGIONAL',
              ip_address_version: 'IPV4',
              addresses: ['192.0.2.1/32'],
            },
            expressions: {},
          },
          {
            type: 'aws_wafv2_web_acl',
            name: 'acl',
            values: {
              name: 'acl',
              scope: 'REGIONAL',
              default_action: [{ allow: [{ custom_request_handling: [] }], block: [] }],
              visibility_config: visibility,
              rule: [
                rule(0, block, { ip_set_reference_statement: [{ ip_set_forwarded_ip_config: [] }] }),
                rule(
                  1,
                  { override_action: [{ count: [], none: [{}] }] },
                  {
                    managed_rule_group_statement: [
                      {
                        name: 'AWSManagedRulesCommonRuleSet',
                        vendor_name: 'AWS',
                        version: '',
                        rule_action_override: [
                          { name: 'SizeRestrictions_BODY', action_to_use: [{ count: [{}] }] },
                        ],
                      },
                    ],
                  },
                ),
                rule(2, block, {
                  rate_based_statement: [
                    {
                      aggregate_key_type: 'IP',
                      limit: 100,
                      evaluation_window_sec: 300,
                      scope_down_statement: [match],
                    },
                  ],
                }),
                rule(3, block, {
                  and_statement: [
                    {
                      statement: [
                        { geo_match_statement: [{ country_codes: ['US'], forwarded_ip_config: [] }] },
                        { not_statement: [{ statement: [match] }] },
                      ],
                    },
                  ],
                }),
                rule(4, block, { sqli_match_statement: [{ ...path, sensitivity_level: 'LOW' }] }),
              ],
            },
            unknown: { rule: [{ statement: [{ ip_set_reference_statement: [{ arn: true }] }] }] },
            expressions: {
              rule: [
                { statement: [{ ip_set_reference_statement: [{ arn: refs('aws_wafv2_ip_set.v4.arn') }] }] },
              ],
            },
          },
        ],
      }),
    );

    assert.deepEqual(found, []);
  });
});
