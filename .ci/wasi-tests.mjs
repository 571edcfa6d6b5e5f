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
    node.on('close', () => done(output));
  });
}

const lines = (await readFile('tests/wasi-panics.txt', 'utf8')).split('\n');
const panics = new Set(lines.filter((line) => line.startsWith(`${binary} `)).map((line) => line.split(' ')[1]));
const test = (name) => name.replace(HOSTS, '');

const listed = await run('--list');
const names = [...listed.matchAll(/^(\S+): test$/gm)].map((match) => match[1]).filter((name) => HOSTS.test(name));
const silent = names.filter((name) => !panics.has(test(name)));
const output = await run('--exact', ...silent);
// Not the status: node 20 may crash while it frees a large memory, after the tests have passed.
const passed = Number(/^test result: ok. (\d+) passed; 0 failed/m.exec(output)?.[1] ?? 0);
if (silent.length === 0 || passed !== silent.length) {
  console.log(output);
  // The first panic has ended the program, so each of the tests runs alone.
  for (const name of silent.filter((name) => name.startsWith('simulation_1'))) {
    if ((await run('--exact', name)).includes('RuntimeError: unreachable')) {
      console.log(`panics, and is not in tests/wasi-panics.txt: ${binary} ${test(name)}`);
    }
  }
  process.exit(1);
}

// One host shows whether the panic is still there.
const known = new Set(names.map(test));
for (const name of panics) {
  const first = names.find((other) => test(other) === name && other.startsWith('simulation_1'));
  const text = known.has(name) ? await run('--exact', first) : 'no such test';
  if (!text.includes('RuntimeError: unreachable')) {
    console.log(`${binary} ${name}, in tests/wasi-panics.txt, does not panic:\n${text}`);
    process.exit(1);
  }
}
console.log(`${binary}: ${passed} passed, ${panics.size} tests left out because of a panic`);
