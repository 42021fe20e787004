/** Plans in which a resource refers to the wrong attribute, or to what belongs to another region. */
import { refs } from '../../../../../../support/a-terraform-plan.ts';
import { constants, plain } from './plan.ts';
import type { RefusedPlan } from './plan.ts';

/** A distribution whose origins have references, whose values the plan does not know. */
export function siteOf(
  origins: readonly Readonly<Record<string, object>>[],
  more: Readonly<Record<string, object>> = {},
): RefusedPlan['resources'][number] {
  const known = {
    enabled: true,
    default_cache_behavior: [
      {
        target_origin_id: 'shop',
        viewer_protocol_policy: 'redirect-to-https',
        cache_policy_id: '658327ea-f89d-4fab-a63d-7e88639e58f6',
      },
    ],
    ...more,
  };
  return {
    type: 'aws_cloudfront_distribution',
    name: 'site',
    values: { ...known, origin: origins.map(() => ({ origin_id: 'shop' })) },
    unknown: {
      origin: origins.map((one) => Object.fromEntries(Object.keys(one).map((name) => [name, true]))),
    },
    expressions: {
      ...constants(known),
      origin: origins.map((one) => ({ origin_id: { constant_value: 'shop' }, ...one })),
    },
  };
}

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
    name: 'the website endpoint of a bucket in an origin whose access control is in the same plan',
    text: `
resource "aws_s3_bucket" "site" {
  bucket_prefix = "shop-site-"
}
resource "aws_s3_bucket_website_configuration" "site" {
  bucket = aws_s3_bucket.site.id
}
resource "aws_cloudfront_origin_access_control" "site" {
  name = "shop-site"
}
resource "aws_cloudfront_distribution" "site" {
  enabled = true
  origin {
    origin_id                = "shop"
    domain_name              = aws_s3_bucket_website_configuration.site.website_endpoint # here
    origin_access_control_id = aws_cloudfront_origin_access_control.site.id
  }
  default_cache_behavior {
    target_origin_id       = "shop"
    viewer_protocol_policy = "redirect-to-https"
    cache_policy_id        = "658327ea-f89d-4fab-a63d-7e88639e58f6"
  }
}`,
    resources: [
      plain('aws_s3_bucket', 'site', { bucket_prefix: 'shop-site-' }),
      {
        type: 'aws_s3_bucket_website_configuration',
        name: 'site',
        values: { index_document: [{ suffix: 'index.html' }] },
        unknown: { bucket: true, website_endpoint: true },
        expressions: { bucket: refs('aws_s3_bucket.site.id') },
      },
      plain('aws_cloudfront_origin_access_control', 'site', {
        name: 'shop-site',
        origin_access_control_origin_type: 's3',
        signing_behavior: 'always',
        signing_protocol: 'sigv4',
      }),
      siteOf([
        {
          domain_name: refs('aws_s3_bucket_website_configuration.site.website_endpoint'),
          origin_access_control_id: refs('aws_cloudfront_origin_access_control.site.id'),
        },
      ]),
    ],
    id: 'cloudfront-distribution-distributionconfig',
    source: 'hashicorp/terraform-provider-aws#33214',
  },
  {
    name: 'a certificate of another region at the edge, although the domain name of an origin is not known',
    text: `
resource "aws_cloudfront_distribution" "site" {
  enabled = true
  aliases = ["www.example.com"]
  origin {
    origin_id   = "shop"
    domain_name = aws_instance.shop.public_dns
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
      plain('aws_instance', 'shop', {}),
      siteOf([{ domain_name: refs('aws_instance.shop.public_dns') }], {
        aliases: ['www.example.com'],
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
