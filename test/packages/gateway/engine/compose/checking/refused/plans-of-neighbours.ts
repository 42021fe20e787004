/** Plans in which another resource of the configuration does not permit a resource, or does not suit it. */
import { refs } from '../../../../../../support/a-terraform-plan.ts';
import { constants, plain } from './plan.ts';
import type { RefusedPlan } from './plan.ts';

const bucketPart = (type: string, values: object): RefusedPlan['resources'][number] => ({
  type,
  name: 'images',
  values,
  unknown: { bucket: true },
  expressions: { ...constants(values), bucket: refs('aws_s3_bucket.images.id') },
});

export const PLANS_OF_NEIGHBOURS: readonly RefusedPlan[] = [
  {
    name: 'a VPC link to a load balancer of the type application',
    text: `
resource "aws_lb" "orders" {
  name               = "orders"
  load_balancer_type = "application"
}
resource "aws_api_gateway_vpc_link" "orders" {
  name        = "orders"
  target_arns = [aws_lb.orders.arn] # here
}`,
    resources: [
      plain('aws_lb', 'orders', { name: 'orders', load_balancer_type: 'application' }),
      {
        type: 'aws_api_gateway_vpc_link',
        name: 'orders',
        values: { name: 'orders' },
        unknown: { target_arns: true },
        expressions: { ...constants({ name: 'orders' }), target_arns: refs('aws_lb.orders.arn') },
      },
    ],
    id: 'apigateway-vpclink-targetarns',
    source: 'hashicorp/terraform-provider-aws#30910',
  },
  {
    name: 'the acceleration of a bucket with periods in its name',
    text: `
resource "aws_s3_bucket" "images" {
  bucket = "images.shop.example.com" # here
}
resource "aws_s3_bucket_accelerate_configuration" "images" {
  bucket = aws_s3_bucket.images.id
  status = "Enabled"
}`,
    resources: [
      plain('aws_s3_bucket', 'images', { bucket: 'images.shop.example.com' }),
      bucketPart('aws_s3_bucket_accelerate_configuration', { status: 'Enabled' }),
    ],
    id: 's3-bucket-bucketname',
    source: 'localstack/localstack, test_s3.snapshot.json, recorded',
  },
  {
    name: 'a rotation by a function that Secrets Manager may not invoke',
    text: `
resource "aws_lambda_function" "f" {
  function_name = "f"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
}
resource "aws_secretsmanager_secret" "db" {
  name = "shop/db"
}
resource "aws_secretsmanager_secret_rotation" "db" {
  secret_id           = aws_secretsmanager_secret.db.id
  rotation_lambda_arn = aws_lambda_function.f.arn # here
}`,
    resources: [
      plain('aws_lambda_function', 'f', {
        function_name: 'f',
        handler: 'index.handler',
        runtime: 'nodejs22.x',
      }),
      plain('aws_secretsmanager_secret', 'db', { name: 'shop/db' }),
      {
        type: 'aws_secretsmanager_secret_rotation',
        name: 'db',
        values: {},
        unknown: { secret_id: true, rotation_lambda_arn: true },
        expressions: {
          secret_id: refs('aws_secretsmanager_secret.db.id'),
          rotation_lambda_arn: refs('aws_lambda_function.f.arn'),
        },
      },
    ],
    id: 'secretsmanager-rotationschedule-rotationlambdaarn',
    source: 'hashicorp/terraform-provider-aws, secret_rotation.go',
  },
];
