/** Converts the provider's resources that each have one setting of a bucket. */
import { isJsonList, isJsonObject } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { firstBlock } from './terraform-document.ts';
import type { Instance } from './terraform-document.ts';
import type { TerraformValues } from './terraform-values.ts';

type Setting = (part: Instance, values: TerraformValues) => JsonObject;

export const BUCKET_SETTINGS: Readonly<Record<string, Setting>> = {
  aws_s3_bucket_versioning: (part, values) => {
    const [block] = values.blocks(part, 'versioning_configuration');
    const { status = 'Suspended' } = block ?? {};
    // The provider's status Disabled leaves a bucket without versions as it is.
    return status === 'Disabled' ? {} : { VersioningConfiguration: { Status: status } };
  },
  aws_s3_bucket_server_side_encryption_configuration: (part, values) => ({
    BucketEncryption: {
      ServerSideEncryptionConfiguration: values.blocks(part, 'rule').map((rule) => {
        const { sse_algorithm: algorithm, kms_master_key_id: key } = firstBlock(
          rule['apply_server_side_encryption_by_default'],
        );
        return {
          ServerSideEncryptionByDefault: given({ SSEAlgorithm: algorithm, KMSMasterKeyID: key }),
        };
      }),
    },
  }),
  aws_s3_bucket_accelerate_configuration: (part, values) => ({
    AccelerateConfiguration: { AccelerationStatus: values.value(part, 'status') ?? 'Enabled' },
  }),
  aws_s3_bucket_ownership_controls: (part, values) => ({
    OwnershipControls: {
      Rules: values
        .blocks(part, 'rule')
        .map(({ object_ownership: ownership }) => given({ ObjectOwnership: ownership })),
    },
  }),
  aws_s3_bucket_website_configuration: (part, values) => {
    const [index] = values.blocks(part, 'index_document');
    const [error] = values.blocks(part, 'error_document');
    const [redirect] = values.blocks(part, 'redirect_all_requests_to');
    return {
      WebsiteConfiguration: given({
        IndexDocument: index?.['suffix'],
        ErrorDocument: error?.['key'],
        RedirectAllRequestsTo:
          redirect && given({ HostName: redirect['host_name'], Protocol: redirect['protocol'] }),
      }),
    };
  },
  aws_s3_bucket_cors_configuration: (part, values) => ({
    CorsConfiguration: {
      CorsRules: values.blocks(part, 'cors_rule').map((rule) => ({
        ...given({ Id: rule['id'], MaxAge: rule['max_age_seconds'] }),
        ...listsOf({
          AllowedHeaders: rule['allowed_headers'],
          AllowedMethods: rule['allowed_methods'],
          AllowedOrigins: rule['allowed_origins'],
          ExposedHeaders: rule['expose_headers'],
        }),
      })),
    },
  }),
  aws_s3_bucket_replication_configuration: (part, values) => ({
    ReplicationConfiguration: {
      Role: values.value(part, 'role', 'id') ?? null,
      Rules: values.blocks(part, 'rule').map((rule) => ({
        Status: rule['status'] ?? 'Enabled',
        Destination: given({ Bucket: firstBlock(rule['destination'])['bucket'] }),
      })),
    },
  }),
};

/** Leaves out members that the configuration does not set, for which a plan has null or an empty string. */
function given(members: Readonly<Record<string, Json | undefined>>): JsonObject {
  const isGiven = (value: Json | undefined): value is Json =>
    value !== undefined && value !== null && value !== '' && (isJsonObject(value) || !isJsonList(value));
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) => (isGiven(value) ? [[name, value] as const] : [])),
  );
}

/** Leaves out lists that the configuration does not set, which a plan has as null or as an empty list. */
function listsOf(members: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) =>
      value !== undefined && isJsonList(value) && value.length > 0 ? [[name, value] as const] : [],
    ),
  );
}
