/**
 * Returns a Terraform module that deploys the stack through CloudFormation, so tables, exports and rollbacks work as
 * with any other tool. An archive is deleted only after the stack no longer refers to it.
 */
export function printTerraformModule(stackName: string): string {
  return MODULE.replaceAll('{stackName}', stackName);
}

/** The text of the module, in the format of `terraform fmt`. */
const MODULE = `# Written by gatewright package --form terraform.
terraform {
  required_version = ">= 1.3"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 4.0"
    }
  }
}

variable "bucket" {
  description = "S3 bucket for archives and template, in the region of the stack"
  type        = string
}

variable "parameters" {
  description = "Parameters of the template, such as AlarmMailbox and WafMode"
  type        = map(string)
  default     = {}
}

variable "tags" {
  description = "Tags of the stack and its resources"
  type        = map(string)
  default     = {}
}

locals {
  prefix        = "{stackName}/"
  template_hash = substr(filesha256("\${path.module}/template.json"), 0, 16)
}

data "aws_s3_bucket" "code" {
  bucket = var.bucket
}

resource "aws_s3_object" "code" {
  for_each = fileset("\${path.module}/code", "*.zip")

  bucket = data.aws_s3_bucket.code.id
  key    = "\${local.prefix}\${each.value}"
  source = "\${path.module}/code/\${each.value}"

  # If an update fails, CloudFormation needs the previous archives to roll back.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_s3_object" "template" {
  bucket = data.aws_s3_bucket.code.id
  key    = "\${local.prefix}template-\${local.template_hash}.json"
  source = "\${path.module}/template.json"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudformation_stack" "gatewright" {
  name         = "{stackName}"
  template_url = "https://\${data.aws_s3_bucket.code.bucket_regional_domain_name}/\${aws_s3_object.template.key}"
  capabilities = ["CAPABILITY_IAM"]
  tags         = var.tags

  parameters = merge(var.parameters, {
    CodeBucket = data.aws_s3_bucket.code.id
    CodePrefix = local.prefix
  })

  depends_on = [aws_s3_object.code]
}

output "outputs" {
  description = "Outputs of the stack, such as TokenAuthorizerArn and RequestAuthorizerArn"
  value       = aws_cloudformation_stack.gatewright.outputs
}
`;
