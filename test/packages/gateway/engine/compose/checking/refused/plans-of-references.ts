/** Plans in which a resource refers to the wrong attribute, or to what belongs to another region. */
import { refs } from '../../../../../../support/a-terraform-plan.ts';
import { constants, plain } from './plan.ts';
import type { RefusedPlan } from './plan.ts';

export const PLANS_OF_REFERENCES: readonly RefusedPlan[] = [
  {
    name: 'the URL of a queue as the endpoint of a subscription',
    text: `
resource "aws_sns_topic" "orders" {
  name = "orders"
}
resource "aws_sqs_queue" "orders" {
  name = "orders"
}
resource "aws_sns_topic_subscription" "orders" {
  topic_arn = aws_sns_topic.orders.arn
  protocol  = "sqs"
  endpoint  = aws_sqs_queue.orders.id # here
}`,
    resources: [
      plain('aws_sns_topic', 'orders', { name: 'orders' }),
      plain('aws_sqs_queue', 'orders', { name: 'orders' }),
      {
        type: 'aws_sns_topic_subscription',
        name: 'orders',
        values: { protocol: 'sqs' },
        unknown: { topic_arn: true, endpoint: true },
        expressions: {
          protocol: { constant_value: 'sqs' },
          topic_arn: refs('aws_sns_topic.orders.arn'),
          endpoint: refs('aws_sqs_queue.orders.id'),
        },
      },
    ],
    id: 'sns-subscription-endpoint',
    source: 'localstack/localstack, test_sns.snapshot.json, recorded',
  },
  {
    name: 'logs to a stream without a role',
    text: `
resource "aws_kinesis_stream" "logs" {
  name        = "logs"
  shard_count = 1
}
resource "aws_cloudwatch_log_subscription_filter" "ship" {
  name            = "ship"
  log_group_name  = "/shop/app"
  filter_pattern  = ""
  destination_arn = aws_kinesis_stream.logs.arn # here
}`,
    resources: [
      plain('aws_kinesis_stream', 'logs', { name: 'logs', shard_count: 1 }),
      {
        type: 'aws_cloudwatch_log_subscription_filter',
        name: 'ship',
        values: { name: 'ship', log_group_name: '/shop/app', filter_pattern: '' },
        unknown: { destination_arn: true },
        expressions: {
          ...constants({ name: 'ship', log_group_name: '/shop/app', filter_pattern: '' }),
          destination_arn: refs('aws_kinesis_stream.logs.arn'),
        },
      },
    ],
    id: 'logs-subscriptionfilter-destinationarn',
    source: 'localstack/localstack, test_logs_subscription_filters.snapshot.json, recorded',
  },
  {
    name: 'a certificate of another region at the edge',
    text: `
resource "aws_cloudfront_distribution" "site" {
  enabled = true
  aliases = ["www.example.com"]
  origin {
    origin_id   = "shop"
    domain_name = "shop.example.com"
    custom_origin_config {
      origin_protocol_policy = "https-only"
    }
  }
  default_cache_behavior {
    target_origin_id       = "shop"
    viewer_protocol_policy = "redirect-to-https"
    cache_policy_id        = "658327ea-f89d-4fab-a63d-7e88639e58f6"
  }
  viewer_certificate {
    acm_certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/a" # here
  }
}`,
    resources: [
      plain('aws_cloudfront_distribution', 'site', {
        enabled: true,
        aliases: ['www.example.com'],
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
          },
        ],
        viewer_certificate: [{ acm_certificate_arn: 'arn:aws:acm:eu-west-1:123456789012:certificate/a' }],
      }),
    ],
    id: 'cloudfront-distribution-distributionconfig',
    source: 'milliHQ/terraform-aws-next-js#61',
  },
  {
    name: 'a web ACL of distributions in another region',
    text: `
resource "aws_wafv2_web_acl" "site" {
  name  = "site"
  scope = "CLOUDFRONT" # here
  default_action {
    allow {}
  }
  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "site"
    sampled_requests_enabled   = true
  }
}`,
    resources: [
      plain('aws_wafv2_web_acl', 'site', {
        name: 'site',
        scope: 'CLOUDFRONT',
        default_action: [{ allow: [{}] }],
        visibility_config: [
          { cloudwatch_metrics_enabled: true, metric_name: 'site', sampled_requests_enabled: true },
        ],
      }),
    ],
    id: 'wafv2-webacl-scope',
    source: 'aws-samples/aws-genai-llm-chatbot#585',
  },
];
