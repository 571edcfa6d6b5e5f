//! The number of instructions and of atomic operations that a program executes, from callgrind and objdump.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::process::Command;

/// The address of an instruction in its file.
type Address = u64;

/// Counts what programs execute.
#[derive(Default)]
pub struct Counter {
    /// The atomic operations of each file that a program consists of.
    atomics: HashMap<String, BTreeSet<Address>>,
}

/// The total of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Executed {
    pub instructions: f64,
    pub atomics: f64,
}

impl Counter {
    /// Reads the file that `callgrind --dump-instr=yes --dump-line=no` wrote without compression.
    pub fn read(&mut self, dump: &str) -> Option<Executed> {
        let total = dump.lines().find_map(|line| line.strip_prefix("summary: "))?;
        let instructions = total.trim().parse().ok()?;
        let mut atomics = 0.0;
        let mut of_file = None;
        let mut is_inclusive = false;
        for line in dump.lines() {
            if let Some(file) = line.strip_prefix("ob=") {
                let of = self.atomics.entry(file.to_owned());
                of_file = Some(&*of.or_insert_with(|| atomics_of(Path::new(file))));
            } else if line.starts_with("calls=") {
                // The next line is the cost of the function that is called.
                is_inclusive = true;
            } else if let Some(position) = line.strip_prefix("0x") {
                let is_own = !std::mem::take(&mut is_inclusive);
                let (address, times) = position.split_once(' ')?;
                let address = Address::from_str_radix(address, 16).ok()?;
                if is_own && of_file.is_some_and(|of| of.contains(&address)) {
                    atomics += times.parse::<f64>().ok()?;
                }
            }
        }
        Some(Executed { instructions, atomics })
    }
}

/// Whether [`Counter`] finds the atomic operations of this processor.
pub fn knows_atomics() -> bool {
    cfg!(target_arch = "x86_64") && Command::new("objdump").arg("--version").output().is_ok()
}

/// The atomic operations in a file; none if it is not a file of the disk.
fn atomics_of(file: &Path) -> BTreeSet<Address> {
    if !file.is_file() {
        return BTreeSet::new();
    }
    let disassembly = Command::new("objdump").args(["-d", "--no-show-raw-insn"]).arg(file).output();
    let disassembly = disassembly.map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&disassembly).lines().filter_map(atomic).collect()
}

/// The address of an instruction of x86-64, if it reads and writes memory atomically or is a fence, which
/// takes as long.
fn atomic(line: &str) -> Option<Address> {
    let (address, instruction) = line.split_once(":\t")?;
    let is_exchange = instruction.starts_with("xchg ") && instruction.contains('(');
    let is_atomic =
        is_exchange || instruction.starts_with("lock ") || instruction.starts_with("mfence");
    is_atomic.then(|| Address::from_str_radix(address.trim(), 16).ok())?
}

#[test]
fn locked_instructions_exchanges_with_memory_and_fences_are_atomic() {
    assert_eq!(atomic("   e46b0:\tlock xadd %rax,0x10(%rbx)"), Some(0xe46b0));
    assert_eq!(atomic("   e46b1:\txchg   %al,(%rdi)"), Some(0xe46b1));
    assert_eq!(atomic("   e46b2:\tmfence"), Some(0xe46b2));
    assert_eq!(atomic("   e46b3:\txchg   %ax,%ax"), None);
    assert_eq!(atomic("00000000000e46b0 <main>:"), None);
}

#[test]
fn only_the_own_cost_of_an_instruction_counts() {
    let mut counter = Counter { atomics: [("it".to_owned(), [0x10, 0x20].into())].into() };
    let dump = "events: Ir\nsummary: 1234\nob=it\nfn=f\n0x10 3\n0x18 9\ncalls=2 0x40\n0x10 500\n0x20 1\n\
                ob=another\nfn=g\n0x10 7\n";
    let executed = Executed { instructions: 1234.0, atomics: 4.0 };
    assert_eq!(counter.read(dump), Some(executed));
    assert_eq!(counter.read("events: Ir\n"), None);
}
