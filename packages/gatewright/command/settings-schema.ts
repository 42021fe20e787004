/** Creates the JSON Schema of `gatewright.yml` for editors from the options of `gatewright start`. */
import { findOption } from '../../gateway/engine/start-settings.ts';
import { settingNames } from '../../toolkit/terminal/settings-file.ts';
import { PARTS } from '../../toolkit/stack/parts.ts';
import type { JsonSchema } from '#shared/http/fields.ts';
import type { Command, Option } from 'commander';

const ONLY_NAMED = PARTS.filter(({ onlyNamed }) => onlyNamed === true).map(({ chosenAs }) => chosenAs);
const TEXT: JsonSchema = { type: ['string', 'number'] };
const TEXTS: JsonSchema = { type: 'array', items: TEXT };

export function settingsSchema(start: Command): JsonSchema {
  const sources = {
    description: 'Folders and templates to use if the command line does not name any sources.',
    anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, minItems: 1 }],
  };
  const claimsChecked = {
    description:
      'Files and folders whose code reads authorizer.claims or authorizer.jwt and has been reviewed. gatewright start and gatewright access check do not report these files.',
    type: 'array',
    items: { type: 'string' },
  };
  const parts = {
    description: `Parts of the stack next to this file, or in gatewright/. Default: all except ${ONLY_NAMED.join(' and ')}.`,
    type: 'array',
    items: { type: 'string' },
    minItems: 1,
  };
  const check = {
    description: 'Findings of gatewright check that a person has accepted.',
    type: 'object',
    properties: {
      accept: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            id: { description: 'The id of the finding.', type: 'string' },
            resource: { description: 'The logical id; default: every resource.', type: 'string' },
            reason: { description: 'Why the finding is accepted.', type: 'string' },
          },
          required: ['id', 'reason'],
          additionalProperties: false,
        },
      },
    },
    additionalProperties: false,
  };
  const without = {
    description:
      'Parts that come with another part and are not wanted: access-logs, which comes with quotas. Default: none.',
    type: 'array',
    items: { type: 'string' },
    minItems: 1,
  };
  const options = settingNames(start).map((name) => [name, describe(start, name)]);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Gatewright settings',
    type: 'object',
    properties: {
      sources,
      parts,
      without,
      claimsChecked,
      check,
      ...(Object.fromEntries(options) as object),
    },
    additionalProperties: false,
  };
}

function describe(command: Command, name: string): JsonSchema {
  const yes = command.options.find(({ long }) => long === `--${name}`);
  const no = command.options.find(({ long }) => long === `--no-${name}`);
  const description = (yes ?? no)?.description;
  if (yes === undefined || yes.isBoolean()) return { description, type: 'boolean' };
  return { description, anyOf: [...formsOf(yes, name), ...(no === undefined ? [] : [{ const: false }])] };
}

/**
 * Returns the forms in which an option can be written. A repeatable option can be a list, and an option that consists
 * of pairs can be a map.
 */
function formsOf({ argChoices, flags }: Option, name: string): readonly JsonSchema[] {
  if (argChoices !== undefined)
    return [{ enum: argChoices }, ...(argChoices.includes('on') ? [{ type: 'boolean' }] : [])];
  if (findOption(name)?.repeats !== true) return [TEXT];
  const pairs = { type: 'object', additionalProperties: { anyOf: [TEXT, TEXTS] } };
  return [TEXT, TEXTS, ...(flags.includes('=') ? [pairs] : [])];
}
