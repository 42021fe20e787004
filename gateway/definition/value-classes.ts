/** Of parameters and secrets: what is enforced of their types and properties; a part of the table in `classes.ts`. */
import { words } from './words.ts';

export const VALUE_TYPES = {
  'AWS::SSM::Parameter': {
    enforced: words('Name Type Value'),
    noEffect: words('AllowedPattern DataType Description Policies Tags Tier'),
  },
  'AWS::SecretsManager::Secret': {
    enforced: words('Name SecretString GenerateSecretString'),
    noEffect: words('Description KmsKeyId ReplicaRegions Tags Type'),
  },
};
