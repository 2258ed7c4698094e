// Runs tests of the Luau SDK in a Luau VM, on the test double roblox.luau. Arguments: the folder of the SDK's sources,
// the URL of an application ("http://mock" for the Mock of the SDK, "-" for none), its key, and the files of the tests.
// An argument --name=value is Roblox.name for the tests; the Luau blocks of the page --guide=… are scripts for them.
// --copies=n runs the tests n times side by side, each in a thread with its own VM, because a VM has 16 MB. With
// --unpaused=true, the virtual time does not pass while a request is in flight, and the real time does not pass otherwise.
// With --pause=n, a skip of the virtual time takes up to n milliseconds instead of 20, for a test that waits long for the
// application. Exits with 1 if a test fails.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread, Worker } from 'node:worker_threads';
import { LuauState } from 'luau-web';

const GLOBALS = 'script, require, game, task, typeof, os, print, warn, Vector3, Vector2, CFrame, Color3, UDim2, DateTime, '
  + 'Enum, BrickColor, Instance, Roblox';
const MAX_PAUSE_MILLIS = 20;
const MOCK = 'http://mock';
const SPEED = 10; // of the virtual time, while requests are in flight

const isOption = (argument) => argument.startsWith('--');
const options = process.argv.filter(isOption).map((argument) => argument.slice(2).split(/=(.*)/s));
const [sources, url, key, ...tests] = process.argv.slice(2).filter((argument) => !isOption(argument));
const settings = Object.fromEntries(options);

// Line "--> Heading" of a test stands for the code block of that section in usage-examples.md, and line "--< file" for
// the text of a file.
function withExamples(source) {
  const whole = source.replace(/^--< (.+)$/gm, (_, file) => readFileSync(file, 'utf8'));
  return whole.replace(/^--> (.+)$/gm, (_, heading) => {
    const page = readFileSync('usage-examples.md', 'utf8');
    const section = page.split(`### ${heading}\n`)[1];
    return section.split('```lua\n')[1].split('```')[0];
  });
}

// The Luau blocks of a Markdown page.
function blocks(page) {
  const markdown = readFileSync(page, 'utf8');
  return [...markdown.matchAll(/^```lua( \w+)?\n([\s\S]*?)^```$/gm)].map((match) => ({
    qualifier: match[1] ?? '',
    text: match[2],
    line: markdown.slice(0, match.index).split('\n').length,
  }));
}

const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

async function send(request) {
  let answer;
  for (let i = 0; i < request.times; i++) {
    const response = await fetch(request.url, {
      method: request.method,
      headers: { 'accept-encoding': 'identity', ...(Array.isArray(request.headers) ? {} : request.headers) },
      body: request.body,
    });
    answer = {
      status: response.status,
      message: response.statusText,
      headers: Object.fromEntries(response.headers),
      body: await response.text(),
    };
  }
  return answer;
}

async function run(file) {
  const state = await LuauState.createAsync({});
  const load = (source, name) => state.loadstring(source, name, true);
  const call = async (f, ...args) => [await f(...args)].flat()[0];
  const double = await call(load(withExamples(readFileSync('roblox.luau', 'utf8')), 'roblox.luau'));
  const script = (source, name) => load(`local ${GLOBALS} = ...; ${source}`, name);
  for (const name of readdirSync(sources).filter((n) => n.endsWith('.luau'))) {
    await double.module(name.replace('.luau', ''), script(readFileSync(join(sources, name), 'utf8'), name));
  }
  for (const folder of ['client', 'examples']) {
    for (const name of readdirSync(join(sources, '..', folder)).filter((n) => n.endsWith('.luau'))) {
      const source = readFileSync(join(sources, '..', folder, name), 'utf8');
      await double.script(`${folder}/${name.replace('.luau', '')}`, script(source, name));
    }
  }
  for (const [name, value] of options) {
    await double.option(name, value);
    for (const [index, block] of name === 'guide' ? blocks(value).entries() : []) {
      await double.script(`guide/${index + 1}${block.qualifier}`, script(block.text, `guide line ${block.line}`));
    }
  }
  await double.start(script(withExamples(readFileSync(file, 'utf8')), file), url, key);
  const flying = new Map();
  for (;;) {
    for (const request of JSON.parse(await call(double.run))) {
      flying.set(request.id, send(request).then((a) => [request.id, a], () => [request.id, { failure: true }]));
    }
    const outcome = await call(double.state);
    if (outcome !== 'running') {
      const output = await call(double.output);
      console.log(`${output}${output ? '\n' : ''}${outcome === 'finished' ? 'ok' : 'FAILED'} ${file}`);
      return outcome === 'finished' ? '' : outcome;
    }
    if (flying.size > 0) {
      const first = await Promise.race([...flying.values(), ...(settings.unpaused ? [] : [pause(MAX_PAUSE_MILLIS)])]);
      if (first) {
        flying.delete(first[0]);
        await double.deliver(first[0], JSON.stringify(first[1]));
      } else {
        await call(double.advance, (MAX_PAUSE_MILLIS * SPEED) / 1000);
      }
    } else {
      const seconds = await call(double.advance, Number.MAX_SAFE_INTEGER);
      if (seconds < 0) {
        return 'The test waits for something that never happens.';
      }
      if (url !== '-' && url !== MOCK && !settings.unpaused) {
        await pause(Math.min(seconds * 1000, Number(settings.pause ?? MAX_PAUSE_MILLIS)));
      }
    }
  }
}

async function runHere(file) {
  let failure;
  try {
    failure = await run(file);
  } catch (e) {
    failure = String(e.message ?? e).slice(0, 2000);
  }
  if (failure) {
    console.log(`${file}: ${failure}`);
  }
  return failure ? 1 : 0;
}

const runInThread = (argv) => new Promise((resolve) => {
  new Worker(new URL(import.meta.url), { argv }).on('exit', resolve);
});

// One file after the other, each in a thread of its own: a thread has 16 MB for all its VMs.
async function runAll() {
  if (tests.length === 1) {
    return runHere(tests[0]);
  }
  const others = process.argv.slice(2).filter((argument) => !tests.includes(argument));
  let exitCode = 0;
  for (const file of tests) {
    exitCode = Math.max(exitCode, await runInThread([...others, file]));
  }
  return exitCode;
}

// One thread for each copy, with the number of the copy.
async function runCopies() {
  const given = process.argv.slice(2);
  const exitCodes = await Promise.all(
    Array.from({ length: settings.copies }, (_, copy) => runInThread([...given, `--copy=${copy + 1}`])));
  return Math.max(...exitCodes);
}

if (isMainThread && settings.copies) {
  process.exitCode = await runCopies();
} else {
  process.exit(await runAll());
}
