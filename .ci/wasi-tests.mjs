// Runs the tests that need no threads on WASI: node --no-warnings .ci/wasi-tests.mjs name program.wasm
//
// On WebAssembly a panic ends the program. The tests in which one is caught are in tests/wasi-panics.txt,
// and each of them has to end the program.
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';

const [binary, program] = process.argv.slice(2);
const HOSTS = /^(simulation_[12](_at_once)?|current_thread|real_hosts_at_once)::/;

function run(...words) {
  return new Promise((done) => {
    const node = spawn('node', ['--no-warnings', '.ci/wasi.mjs', program, ...words]);
    let output = '';
    node.stdout.on('data', (text) => (output += text));
    node.stderr.on('data', (text) => (output += text));
    node.on('close', (status) => done({ status, output }));
  });
}

const lines = (await readFile('tests/wasi-panics.txt', 'utf8')).split('\n');
const panics = new Set(lines.map((line) => line.split(' ')).filter(([name]) => name === binary).map(([, test]) => test));
const test = (name) => name.replace(HOSTS, '');

const { output: listed } = await run('--list');
const names = [...listed.matchAll(/^(\S+): test$/gm)].map((match) => match[1]).filter((name) => HOSTS.test(name));
const silent = names.filter((name) => !panics.has(test(name)));
const { status, output } = await run('--exact', ...silent);
const passed = Number(/(\d+) passed; 0 failed/.exec(output)?.[1] ?? 0);
if (silent.length === 0 || status !== 0 || passed !== silent.length) {
  console.log(output);
  process.exit(1);
}

// One host shows whether the panic is still there.
const known = new Set(names.map(test));
for (const name of panics) {
  const first = names.find((other) => test(other) === name && other.startsWith('simulation_1'));
  const { output: text } = known.has(name) ? await run('--exact', first) : { output: 'no such test' };
  if (!text.includes('RuntimeError: unreachable')) {
    console.log(`${binary} ${name}, in tests/wasi-panics.txt, does not panic:\n${text}`);
    process.exit(1);
  }
}
console.log(`${binary}: ${passed} passed, ${panics.size} tests left out because of a panic`);
