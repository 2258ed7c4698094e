// Compiles Luau scripts, or runs them and prints what they print. Arguments: `compile` or `run`, and the files. Exits
// with 1 if a script does not compile or fails.

import { readFileSync } from 'node:fs';
import { LuauState } from 'luau-web';

const [mode, ...files] = process.argv.slice(2);
const state = await LuauState.createAsync({ print: (...values) => console.log(...values) });
for (const file of files) {
  try {
    const script = state.loadstring(readFileSync(file, 'utf8'), file, true);
    if (mode === 'run') {
      await script();
    }
  } catch (e) {
    console.log(`${file}: ${e.message ?? e}`);
    process.exitCode = 1;
  }
}
state.destroy();
