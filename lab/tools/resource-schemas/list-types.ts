/** Prints the resource types that the gateway reads, one a line, for condense.py. */
import { RESOURCE_TYPES } from '../../../packages/gateway/engine/compose/services/catalogue.ts';

const types = [...RESOURCE_TYPES.names].filter((name) => /^AWS::\w+::\w+$/.test(name)).toSorted();
process.stdout.write(`${types.join('\n')}\n`);
