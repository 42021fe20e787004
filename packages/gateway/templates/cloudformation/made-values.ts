/**
 * Finds values that the resources of one stack define. They are SSM parameters, secrets, and the values that CDK's
 * cross-region exports write to the SSM of another region.
 */
import { DefinitionError } from '../../core/errors.ts';
import { isJsonObject } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { StoredParameter } from '../../core/stack/stored-values.ts';
import type { RawStack } from '../raw-stack.ts';
import { memberAt } from '../template-place.ts';
import type { Path } from './template-source.ts';

type Owner = Pick<RawStack, 'stackName' | 'region' | 'stored'>;

type StackParts = {
  /** Returns the name or ARN of a resource. It fails if the name cannot be generated. */
  readonly physicalId: (logicalId: string) => string;
  readonly findText: (logicalId: string, property: string) => string | undefined;
  readonly findValue: (at: Path) => Json | undefined;
};

const EXPORT_WRITER = 'Custom::CrossRegionExportWriter';
export const EXPORT_READER = 'Custom::CrossRegionExportReader';

export class MadeValues {
  readonly #raw: Owner;
  readonly #resources: JsonObject;
  readonly #stack: StackParts;

  constructor(raw: Owner, resources: JsonObject, stack: StackParts) {
    this.#raw = raw;
    this.#resources = resources;
    this.#stack = stack;
  }

  /**
   * Returns an SSM parameter that this stack creates in `region`: a resource of the stack, or one of CDK's exports.
   * Returns undefined if there is none, or its value is unknown.
   */
  parameter(name: string, region: string): StoredParameter | undefined {
    const own =
      region === this.#raw.region ? this.#find('AWS::SSM::Parameter', (id) => id === name) : undefined;
    const ownValue = own === undefined ? undefined : this.#stack.findText(own, 'Value');
    if (own !== undefined)
      return ownValue === undefined ? undefined : { type: this.#typeOf(own), value: ownValue };
    for (const logicalId of this.#ofType(EXPORT_WRITER)) {
      const place = ['Resources', logicalId, 'Properties', 'WriterProps'];
      const exported = memberAt(this.#resources, [...place.slice(1), 'exports', name]);
      if (exported === undefined || this.#stack.findValue([...place, 'region']) !== region) continue;
      const value = this.#stack.findValue([...place, 'exports', name]);
      if (value !== undefined)
        return { type: 'String', value: typeof value === 'object' ? JSON.stringify(value) : String(value) };
    }
    return undefined;
  }

  #typeOf(parameter: string): StoredParameter['type'] {
    return this.#stack.findText(parameter, 'Type') === 'StringList' ? 'StringList' : 'String';
  }

  /**
   * Returns the value of a secret by its name or ARN; undefined if the stack does not create it. A generated secret
   * stays the same while the gateway runs.
   */
  secret(id: string): string | undefined {
    const logicalId = this.#find(
      'AWS::SecretsManager::Secret',
      (arn) => arn === id || arn.replace(/^.*:secret:(.+)-\w{6}$/, '$1') === id,
    );
    if (logicalId === undefined) return undefined;
    const written = this.#stack.findText(logicalId, 'SecretString');
    if (written !== undefined) return written;
    const spec = this.#stack.findValue(['Resources', logicalId, 'Properties', 'GenerateSecretString']);
    return isJsonObject(spec)
      ? this.#raw.stored?.generatedSecret?.(`${this.#raw.stackName} ${logicalId}`, spec)
      : undefined;
  }

  #find(type: string, isMeant: (physicalId: string) => boolean): string | undefined {
    return this.#ofType(type).find((logicalId) => {
      try {
        return isMeant(this.#stack.physicalId(logicalId));
      } catch (error) {
        // The name of this resource is being resolved right now or cannot be resolved, so it is not the wanted name.
        if (error instanceof DefinitionError) return false;
        throw error;
      }
    });
  }

  #ofType(type: string): readonly string[] {
    return Object.entries(this.#resources).flatMap(([logicalId, resource]) =>
      isJsonObject(resource) && resource['Type'] === type ? [logicalId] : [],
    );
  }
}
