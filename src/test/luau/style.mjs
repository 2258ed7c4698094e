// Checks Luau files: StyLua's format; and in the sources of the SDK "--!strict" at the start, and annotated parameters and
// results of functions. Arguments: the folder of the SDK, the folder of the tests, and "--write" to format the files.
// Exits with 1 if a file has a fault.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CallParenType, Config, IndentType, LineEndings, LuaVersion, OutputVerification, QuoteStyle, formatCode,
} from '@johnnymorganz/stylua';

const [sdk, tests, mode] = process.argv.slice(2);

function setting(name) {
  return readFileSync(join(sdk, 'stylua.toml'), 'utf8').match(new RegExp(`^${name} = "?([^"\n]+)"?$`, 'm'))[1];
}

function config() {
  const style = Config.new();
  style.column_width = Number(setting('column_width'));
  style.indent_type = IndentType[setting('indent_type')];
  style.line_endings = LineEndings[setting('line_endings')];
  style.quote_style = QuoteStyle[setting('quote_style')];
  style.call_parentheses = CallParenType[setting('call_parentheses')];
  style.syntax = LuaVersion.Luau;
  return style;
}

// The parts of a parameter list: a comma inside brackets does not divide.
function parts(list) {
  let depth = 0;
  let part = '';
  const found = [];
  for (const char of list) {
    depth += '({<['.includes(char) ? 1 : ')}]'.includes(char) || (char === '>' && !part.endsWith('-')) ? -1 : 0;
    if (char === ',' && depth === 0) {
      found.push(part.trim());
      part = '';
    } else {
      part += char;
    }
  }
  return [...found, part.trim()].filter((one) => one !== '');
}

// The end of the brackets that open before a position.
function closing(source, from) {
  let depth = 1;
  let at = from;
  for (; depth > 0; at++) {
    depth += source[at] === '(' ? 1 : source[at] === ')' ? -1 : 0;
  }
  return at - 1;
}

function unannotated(source) {
  const faults = [];
  for (const match of source.matchAll(/^(?:local )?function ([\w.:]+)(?:<[^>]*>)?\(/gm)) {
    const start = match.index + match[0].length;
    const end = closing(source, start);
    for (const parameter of parts(source.slice(start, end))) {
      if (!parameter.includes(':')) {
        faults.push(`${match[1]}: the parameter ${parameter} has no type`);
      }
    }
    const body = source.slice(end + 1, source.indexOf('\nend\n', end));
    if (/^\treturn \S/m.test(body) && !body.startsWith(':')) {
      faults.push(`${match[1]}: the result has no type`);
    }
  }
  return faults;
}

function check(folder, isSource) {
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.luau'))) {
    const file = join(folder, name);
    const source = readFileSync(file, 'utf8');
    const formatted = formatCode(source, config(), undefined, OutputVerification.Full);
    const faults = isSource ? unannotated(source) : [];
    if (isSource && !source.startsWith('--!strict\n')) {
      faults.push('the file does not start with --!strict');
    }
    if (source !== formatted && mode === '--write') {
      writeFileSync(file, formatted);
    } else if (source !== formatted) {
      faults.push('StyLua formats the file differently');
    }
    for (const fault of faults) {
      console.log(`${file}: ${fault}`);
      process.exitCode = 1;
    }
  }
}

for (const folder of ['src', 'client', 'examples']) {
  check(join(sdk, folder), true);
}
check(tests, false);
