/** Returns the minimal permissions that the role of the webhook receiver needs for its document. */
import type {
  CompiledSource,
  CompiledWebhooks,
  SecretPlace,
} from '@gatewright/handlers/webhooks/compiled-webhooks';

type PolicyStatement = {
  readonly Effect: 'Allow';
  readonly Action: string;
  readonly Resource: { readonly 'Fn::Sub': string };
};

/**
 * Returns one statement per resource, in the document's order. All resources are in the stack's own account and region.
 */
export function receiverPermissions(
  { sources }: CompiledWebhooks,
  stage: string,
): readonly PolicyStatement[] {
  const needed = new Map<string, PolicyStatement>();
  for (const source of sources.filter((one) => one.stage === stage))
    for (const statement of [secretPermission(source.secret), targetStatement(source)])
      if (statement !== undefined) needed.set(JSON.stringify(statement), statement);
  return [...needed.values()];
}

/** Returns the statement for reading a secret; undefined for an environment variable, which needs none. */
export function secretPermission({ kind, name }: SecretPlace): PolicyStatement | undefined {
  if (kind === 'parameter') return allow('ssm:GetParameter', 'ssm', `parameter${name}`);
  // The ARN ends with a wildcard, because Secrets Manager appends six random characters to the name of a secret.
  if (kind === 'secret')
    return allow('secretsmanager:GetSecretValue', 'secretsmanager', `secret:${name}-??????`);
  return undefined;
}

function targetStatement({ target }: CompiledSource): PolicyStatement {
  return target.kind === 'sqs'
    ? allow('sqs:SendMessage', 'sqs', target.queue)
    : allow('events:PutEvents', 'events', `event-bus/${target.bus}`);
}

function allow(action: string, service: string, resource: string): PolicyStatement {
  const arn = `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`;
  return { Effect: 'Allow', Action: action, Resource: { 'Fn::Sub': arn } };
}
