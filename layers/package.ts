/**
 * `npm run package -- --stage dev|test|prod`: builds what `serverless deploy` would upload. It needs no AWS account.
 */
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { packageService } from './package-service.ts';

const ROOT = join(import.meta.dirname, '..');

process.exitCode = await main();

async function main(): Promise<number> {
  const stage = readStage();
  if (stage instanceof Error) return fail(`${stage.message}; usage: npm run package -- --stage STAGE`);
  const outputDirectory = join(ROOT, '.build/package', stage);
  const packaged = await packageService({ serviceDirectory: ROOT, stage, outputDirectory });
  if (packaged.kind === 'failed') return fail(packaged.message);
  for (const { name, sizeBytes } of packaged.artefacts)
    console.log(`${name.padEnd(50)} ${`${(sizeBytes / 1024).toFixed(1)} KB`.padStart(12)}`);
  for (const note of packaged.notes) console.log(note);
  console.log(`packaged stage ${stage} in ${relative(process.cwd(), outputDirectory) || '.'}`);
  return 0;
}

function readStage(): string | Error {
  try {
    const { stage } = parseArgs({ options: { stage: { type: 'string' } } }).values;
    return stage ?? new Error('--stage is missing');
  } catch (error) {
    // Keeps only the first sentence of a message such as "Unknown option '--x'. To specify a positional …".
    return new Error(String(error instanceof Error ? error.message : error).split('. ', 1)[0]);
  }
}

function fail(message: string): number {
  console.error(`package: ${message}`);
  return 1;
}
