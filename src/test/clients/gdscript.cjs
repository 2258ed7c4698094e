// Parses every GDScript file of a folder with the grammar of the language. Prints the faults and exits with 1 if there
// are any. Also a default value that is a bare word: the generator forgets the quotes of strings.
const { readFileSync, readdirSync } = require('node:fs');
const { join } = require('node:path');
const Parser = require('tree-sitter');
const GdScript = require('tree-sitter-gdscript');

const parser = new Parser();
parser.setLanguage(GdScript);
const folder = process.argv[2];
const faults = [];
const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.gd'));

function check(file, node, lines) {
  const line = node.startPosition.row;
  if (node.type === 'ERROR' || node.isMissing) {
    faults.push(`${file}:${line + 1} is not GDScript: ${lines[line]}`);
  } else if (node.type === 'default_parameter' && node.lastNamedChild.type === 'identifier') {
    faults.push(`${file}:${line + 1} has a bare word as a default: ${lines[line]}`);
  } else {
    node.children.forEach((child) => check(file, child, lines));
  }
}

for (const file of files) {
  const source = readFileSync(join(folder, file), 'utf8');
  const tree = parser.parse((index) => source.slice(index, index + 4096));
  check(file, tree.rootNode, source.split('\n'));
}
faults.forEach((fault) => console.log(fault));
console.log(`${files.length} files`);
process.exitCode = faults.length || files.length < 100 ? 1 : 0;
