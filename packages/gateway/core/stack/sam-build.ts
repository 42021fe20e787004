/** Names the folders into which `sam build` writes unless it is configured otherwise. They are next to the template. */
import { basename, dirname, join } from 'node:path';

const [OUTPUT, BUILD] = ['.aws-sam', 'build'];

/** Returns the folder with the output of `sam build` for a function or a layer. */
export function builtFolder(templateFolder: string, logicalId: string): string {
  return join(templateFolder, OUTPUT, BUILD, logicalId);
}

/** Whether the folder is the output of `sam build`, which means that `sam build` has written the template in it. */
export function isBuildOutput(folder: string): boolean {
  return basename(folder) === BUILD && basename(dirname(folder)) === OUTPUT;
}
