//! The output of each example is the file of its name in `expected`.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// None of them takes nearly as long; one that does hangs.
const LIMIT: Duration = Duration::from_secs(120);

#[test]
fn each_example_prints_its_expected_output() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("expected");
    let programs = Path::new(env!("CARGO_BIN_EXE_tour")).parent().expect("a program has a folder");
    let files = fs::read_dir(folder).expect("it is there");
    let mut wrong = Vec::new();
    for file in files {
        let file = file.expect("a folder can be read").path();
        let name = file.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        let expected = fs::read_to_string(&file).expect("it can be read");
        let printed = run(Command::new(programs.join(&name)), &name);
        if printed != expected {
            wrong.push(format!("{name} prints\n{printed}and not\n{expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn run(mut command: Command, name: &str) -> String {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(command.output()));
    let output = receiver.recv_timeout(LIMIT).unwrap_or_else(|_| panic!("{name} hangs"));
    let output = output.expect("it can be run");
    assert!(output.status.success(), "{name}: {output:?}");
    String::from_utf8(output.stdout).expect("it prints text")
}
