// Runs race.wasm, a WASI program, in the chapter on testing. Without it, the page stays as it is.

// Runs the program to its end, and returns the text that it prints.
async function output(module, words) {
  const args = ['race', ...words].map((word) => new TextEncoder().encode(`${word}\0`));
  const text = new TextDecoder();
  const ended = new Error('the program has ended');
  let memory;
  let printed = '';
  const setNumber = (place, number) => new DataView(memory.buffer).setUint32(place, number, true);
  const getNumber = (place) => new DataView(memory.buffer).getUint32(place, true);
  const OK = 0;
  const NOT_SUPPORTED = 52;
  const wasi = {
    args_sizes_get(count, size) {
      setNumber(count, args.length);
      setNumber(size, args.reduce((sum, arg) => sum + arg.length, 0));
      return OK;
    },
    args_get(places, buffer) {
      for (const arg of args) {
        setNumber(places, buffer);
        new Uint8Array(memory.buffer).set(arg, buffer);
        places += 4;
        buffer += arg.length;
      }
      return OK;
    },
    environ_sizes_get(count, size) {
      setNumber(count, 0);
      setNumber(size, 0);
      return OK;
    },
    environ_get: () => OK,
    clock_time_get(_clock, _precision, place) {
      const nanoseconds = BigInt(Math.round(performance.now() * 1e6));
      new DataView(memory.buffer).setBigUint64(place, nanoseconds, true);
      return OK;
    },
    fd_write(_file, parts, count, written) {
      let size = 0;
      for (let part = parts; part < parts + 8 * count; part += 8) {
        const bytes = new Uint8Array(memory.buffer, getNumber(part), getNumber(part + 4));
        printed += text.decode(bytes, { stream: true });
        size += bytes.length;
      }
      setNumber(written, size);
      return OK;
    },
    // The keys of hash maps.
    random_get(place, size) {
      crypto.getRandomValues(new Uint8Array(memory.buffer, place, size));
      return OK;
    },
    poll_oneoff: () => NOT_SUPPORTED,
    proc_exit() {
      throw ended;
    },
  };
  const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: wasi });
  memory = instance.exports.memory;
  try {
    instance.exports._start();
  } catch (error) {
    if (error !== ended) throw error;
  }
  return printed;
}

async function start(place) {
  const answer = await fetch('race.wasm');
  if (!answer.ok) return;
  const module = await WebAssembly.compile(await answer.arrayBuffer());
  const form = place.querySelector('form');
  const seed = form.elements.seed;
  const show = async () => {
    place.querySelector('pre').textContent = await output(module, [seed.value]);
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    show();
  });
  form.elements.next.addEventListener('click', async () => {
    const from = BigInt(seed.value || 0) + 1n;
    const found = await output(module, [from, from + 999n]);
    if (/^\d+$/.test(found.trim())) {
      seed.value = found.trim();
      await show();
    } else {
      place.querySelector('pre').textContent = found;
    }
  });
  await show();
  place.hidden = false;
}

const place = document.getElementById('race');
if (place) {
  start(place).catch((error) => console.warn('the race does not run in this page:', error));
}
