// Tests of @statecraft/client against a running application. Arguments: address of the application, folder of the client,
// and optionally a part of the names of tests. A test that returns a text is skipped for that reason.

import calls from './calls.mjs';
import guide from './guide.mjs';
import { closeAll } from './harness.mjs';
import replicas from './replicas.mjs';
import sessions from './sessions.mjs';
import sockets from './sockets.mjs';
import writes from './writes.mjs';

const wanted = process.argv[4] ?? '';
const tests = Object.entries({ ...calls, ...replicas, ...sockets, ...sessions, ...writes, ...guide })
  .filter(([name]) => name.includes(wanted));
let failed = 0;
await Promise.all(tests.map(async ([name, test]) => {
  const start = performance.now();
  try {
    const reason = await test();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(reason ? `skipped ${name}: ${reason}` : `ok ${name}, ${seconds} s`);
  } catch (e) {
    failed++;
    console.log(`failed ${name}\n${e.stack}`);
  }
}));
closeAll();
console.log(`${tests.length} tests, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
