import { arnOf, id, named, row } from '../../core/resource-types/namers.ts';
import { words } from '../../core/resource-types/words.ts';
import type { ResourceTypeTable } from '../../core/resource-types/resource-types.ts';

export const VALUES_TYPES = {
  'AWS::SSM::Parameter': {
    enforced: words('Name Type Value'),
    noEffect: words('AllowedPattern DataType Description Policies Tags Tier'),
    names: row(named('Name'), {
      Type: (resource) => resource.text('Type') ?? '',
      Value: (resource) => resource.text('Value') ?? '',
    }),
  },
  'AWS::SecretsManager::Secret': {
    enforced: words('Name SecretString GenerateSecretString'),
    noEffect: words('Description KmsKeyId ReplicaRegions Tags Type'),
    names: row(
      (resource) => `${arnOf('secretsmanager', named('Name'), 'secret:')(resource)}-${id(6)(resource)}`,
    ),
  },
} satisfies ResourceTypeTable;
