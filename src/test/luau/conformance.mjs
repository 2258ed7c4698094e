// Runs the conformance list with the Luau SDK: sdk.mjs with the conformance server between the SDK and the application.
// Arguments: the folder of the list, and those of sdk.mjs.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [list, sources, url, key, ...tests] = process.argv.slice(2);
const { start } = await import(pathToFileURL(join(list, 'server.mjs')));
const server = await start(url, key);
const child = spawn('node', ['sdk.mjs', sources, server.address, key, ...tests], { stdio: 'inherit' });
const [code] = await once(child, 'exit');
process.exit(code);
