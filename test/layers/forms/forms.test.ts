/** The files for other deploy tools, from a template as osls leaves it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { printBucketTemplate } from '../../../layers/forms/bucket-template.ts';
import { listPacked, removeBucket } from '../../../layers/forms/portable-template.ts';
import type { PortableTemplate } from '../../../layers/forms/portable-template.ts';
import { printSamConfig, printSamTemplate } from '../../../layers/forms/sam-template.ts';
import { printTerraformModule } from '../../../layers/forms/terraform-module.ts';

const BUCKET = { Ref: 'ServerlessDeploymentBucket' };
const PLACE = 'serverless/gatewright/prod/1-2026';

const aTemplate = (): PortableTemplate => ({
  AWSTemplateFormatVersion: '2010-09-09',
  Parameters: { AlarmMailbox: { Type: 'String', Default: '' } },
  Resources: {
    ServerlessDeploymentBucket: { Type: 'AWS::S3::Bucket' },
    ServerlessDeploymentBucketPolicy: {
      Type: 'AWS::S3::BucketPolicy',
      Properties: { Bucket: BUCKET },
    },
    AskLambdaFunction: {
      Type: 'AWS::Lambda::Function',
      DependsOn: ['AskLogGroup'],
      Properties: {
        Code: { S3Bucket: BUCKET, S3Key: `${PLACE}/ask.zip` },
        Handler: 'functions/ask.handler',
        TracingConfig: { Mode: 'PassThrough' },
        Tags: [{ Key: 'team', Value: 'shop' }],
        Layers: [{ Ref: 'PackagesLambdaLayer' }],
      },
    },
    PackagesLambdaLayer: {
      Type: 'AWS::Lambda::LayerVersion',
      Properties: { Content: { S3Bucket: BUCKET, S3Key: `${PLACE}/packages.zip` }, LayerName: 'packages' },
    },
    AskLogGroup: { Type: 'AWS::Logs::LogGroup' },
  },
  Outputs: { ServerlessDeploymentBucketName: { Value: BUCKET }, AskArn: { Value: 'arn' } },
});

const bucketless = (): PortableTemplate => {
  const template = aTemplate();
  removeBucket(template);
  return template;
};

describe('a template for other deploy tools', () => {
  it('has no deployment bucket of osls', () => {
    const template = bucketless();

    assert.deepEqual(Object.keys(template.Resources), [
      'AskLambdaFunction',
      'PackagesLambdaLayer',
      'AskLogGroup',
    ]);
    assert.deepEqual(Object.keys(template.Outputs ?? {}), ['AskArn']);
  });

  it('names the archive of each function and layer', () => {
    assert.deepEqual(listPacked(aTemplate()), [
      { logicalId: 'AskLambdaFunction', member: 'Code', archive: 'ask.zip' },
      { logicalId: 'PackagesLambdaLayer', member: 'Content', archive: 'packages.zip' },
    ]);
  });

  it('has no archive for a function whose code is in the template', () => {
    const Inline = { Type: 'AWS::Lambda::Function', Properties: { Code: { ZipFile: 'exports.f = 1' } } };

    assert.deepEqual(listPacked({ Resources: { Inline } }), []);
  });
});

describe('printSamTemplate', () => {
  // SAM developer guide: AWS::Serverless::Function, AWS::Serverless::LayerVersion.
  it("has functions and layers in SAM's form under the same ids, and everything else unchanged", () => {
    const text = printSamTemplate(bucketless(), (archive) => `code/${archive}`);

    assert.deepEqual(parse(text), {
      AWSTemplateFormatVersion: '2010-09-09',
      Transform: 'AWS::Serverless-2016-10-31',
      Parameters: { AlarmMailbox: { Type: 'String', Default: '' } },
      Outputs: { AskArn: { Value: 'arn' } },
      Resources: {
        AskLambdaFunction: {
          Type: 'AWS::Serverless::Function',
          DependsOn: ['AskLogGroup'],
          Properties: {
            CodeUri: 'code/ask.zip',
            Handler: 'functions/ask.handler',
            Layers: [{ Ref: 'PackagesLambdaLayer' }],
            Tracing: 'PassThrough',
            Tags: { team: 'shop' },
          },
        },
        PackagesLambdaLayer: {
          Type: 'AWS::Serverless::LayerVersion',
          Properties: { ContentUri: 'code/packages.zip', LayerName: 'packages', RetentionPolicy: 'Delete' },
        },
        AskLogGroup: { Type: 'AWS::Logs::LogGroup' },
      },
    });
  });

  it('comes with settings by which sam deploy asks for nothing', () => {
    assert.match(printSamConfig('gatewright-prod'), /^stack_name = "gatewright-prod"$/m);
  });
});

describe('printBucketTemplate', () => {
  it('takes archives from the bucket of its parameters', () => {
    const text = printBucketTemplate(bucketless(), (archive) => `hash-${archive}`);
    const { Parameters, Resources } = JSON.parse(text) as PortableTemplate;

    assert.partialDeepStrictEqual(Parameters, {
      CodeBucket: { Type: 'String' },
      CodePrefix: { Type: 'String', Default: '' },
      AlarmMailbox: { Type: 'String' },
    });
    assert.deepEqual(Resources['AskLambdaFunction']?.Properties?.['Code'], {
      S3Bucket: { Ref: 'CodeBucket' },
      S3Key: { 'Fn::Sub': '${CodePrefix}hash-ask.zip' },
    });
    assert.deepEqual(Resources['PackagesLambdaLayer']?.Properties?.['Content'], {
      S3Bucket: { Ref: 'CodeBucket' },
      S3Key: { 'Fn::Sub': '${CodePrefix}hash-packages.zip' },
    });
  });
});

describe('printTerraformModule', () => {
  // Provider hashicorp/aws: resources aws_cloudformation_stack and aws_s3_object, data source aws_s3_bucket.
  const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
    'resource "aws_cloudformation_stack"': [
      'name',
      'template_url',
      'capabilities',
      'parameters',
      'tags',
      'depends_on',
    ],
    'resource "aws_s3_object"': ['for_each', 'bucket', 'key', 'source'],
    'data "aws_s3_bucket"': ['bucket'],
  };
  const text = printTerraformModule('gatewright-prod');

  it('has no argument that the provider does not document', () => {
    const blocks = [...text.matchAll(/^((?:resource|data) "\w+") "\w+" \{\n([^]*?)\n\}$/gm)];

    assert.equal(blocks.length, 4);
    for (const [, head = '', body = ''] of blocks)
      for (const [, name = ''] of body.matchAll(/^ {2}(\w+) +=/gm))
        assert.ok(ARGUMENTS[head]?.includes(name), `${head}: ${name}`);
  });

  it('names the stack as osls does, and keeps an archive until the stack has changed', () => {
    assert.match(text, /^ {2}name +=\s"gatewright-prod"$/m);
    assert.equal(text.match(/create_before_destroy = true/g)?.length, 2);
    assert.match(text, /depends_on = \[aws_s3_object\.code\]/);
  });
});
