//! Runs the `wordcount` example and compares it with the pipeline of `find`, `tr` and `uniq` that
//! its help names.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{self, Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// The size of the pieces in which a file is read.
const PIECE: usize = 256 * 1024;

/// The words of the text files in a folder, as `uniq -c` counts them.
const PIPELINE: &str = r#"
find "$1" -name ".?*" -prune -o -type f -exec sh -c '
    for f; do
        [ -r "$f" ] || continue
        [ "$(tr -d "\000" <"$f" | wc -c)" -eq "$(wc -c <"$f")" ] || continue
        iconv -f UTF-8 -t UTF-8 "$f" >/dev/null 2>&1 || continue
        cat "$f"
        echo
    done' sh {} + |
    LC_ALL=C tr -cs 'A-Za-z' '\n' | LC_ALL=C tr 'A-Z' 'a-z' | grep . | sort | uniq -c
"#;

/// A folder of this test, gone when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("wordcount-{name}-{}", process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn output(mut command: Command) -> Output {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(command.output()));
    receiver.recv_timeout(Duration::from_secs(120)).expect("it hangs").unwrap()
}

fn wordcount(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wordcount"));
    command.args(arguments).stdin(Stdio::null());
    output(command)
}

/// The output of `wordcount`: the words, in its order, and the totals by name.
struct Report {
    words: Vec<(String, u64)>,
    totals: BTreeMap<String, u64>,
    errors: String,
}

fn report(arguments: &[&str]) -> Report {
    let output = wordcount(arguments);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let (mut words, mut totals) = (Vec::new(), BTreeMap::new());
    for line in text.lines() {
        match line.split_once(':') {
            Some((name, count)) => {
                totals.insert(name.trim().to_owned(), count.trim().parse().unwrap());
            }
            None => words.push(counted(line)),
        }
    }
    Report { words, totals, errors: String::from_utf8(output.stderr).unwrap() }
}

fn counted(line: &str) -> (String, u64) {
    let (count, word) = line.trim().split_once(' ').unwrap();
    (word.to_owned(), count.parse().unwrap())
}

/// The output of the pipeline, in the order of `--top`.
fn expected(folder: &Folder) -> Vec<(String, u64)> {
    let mut command = Command::new("sh");
    command.args(["-c", PIPELINE, "sh", folder.path()]);
    let text = String::from_utf8(output(command).stdout).unwrap();
    let mut words: Vec<_> = text.lines().map(counted).collect();
    words.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    words
}

#[test]
fn counts_equal_those_of_the_pipeline() {
    let folder = Folder::new("pipeline");
    let mut bytes = 0;
    let mut text = |name: &str, content: String| {
        bytes += content.len() as u64;
        folder.file(name, content)
    };
    text("fox.txt", "The quick brown fox; the lazy dog.\nDon't naïvely cut 日本 words\n".into());
    text("empty", String::new());
    text("one/two/three/deep.txt", "no line end after the last word: foxtrot".into());
    folder.file("one/.history/hidden", "not to be counted, nor told of as skipped\0");
    folder.file(".hidden.txt", "not to be counted either");
    text("one/two/follows", "trot\tand\u{feff}more\r\n42nd".into());
    // A word and a character lie across the end of a piece, a word fills several.
    text("across-word", format!("{}straddling the end\n", " ".repeat(PIECE - 5)));
    text("across-character", format!("x{}\u{20ac}end", "\u{20ac} of ".repeat(PIECE / 7 * 3)));
    text("long-word", format!("a {} b", "Long".repeat(PIECE)));
    text("exactly-one-piece", "word".repeat(PIECE / 4));
    let closed = text("closed", "not to be read".into());
    fs::set_permissions(&closed, Permissions::from_mode(0o000)).unwrap();

    folder.file("binary", b"starts as text\0");
    folder.file("late-binary", format!("{}\0", "late words ".repeat(PIECE)));
    folder.file("badly-encoded-binary", b"badly \xff encoded \0");
    folder.file("latin-1", b"caf\xe9 au lait");
    folder.file("late-latin-1", [&b"early words ".repeat(PIECE)[..], b"\xe9 x"].concat());
    folder.file("cut-short", b"a character cut short \xe2\x82");
    symlink("..", folder.0.join("one/loop")).unwrap();
    symlink("self", folder.0.join("self")).unwrap();
    symlink("fox.txt", folder.0.join("again")).unwrap();

    let mut skipped = BTreeMap::from([("binary", 3), ("not UTF-8", 3), ("symbolic link", 3)]);
    let mut files = 9;
    if File::open(&closed).is_err() {
        skipped.insert("unreadable", 1);
        (files, bytes) = (files - 1, bytes - 14);
    }
    let expected = expected(&folder);
    assert!(expected.len() > 20, "the pipeline works");
    for threads in ["1", "2", "7"] {
        let found = report(&["--threads", threads, "--top", "1000", folder.path()]);
        assert_eq!(found.words, expected);
        let mut totals = found.totals;
        assert_eq!(totals.remove("files"), Some(files));
        assert_eq!(totals.remove("bytes"), Some(bytes));
        assert_eq!(totals.remove("words"), Some(expected.iter().map(|(_, count)| count).sum()));
        assert_eq!(totals.remove("distinct"), Some(expected.len() as u64));
        assert_eq!(totals.remove("skipped"), Some(skipped.values().sum()));
        // The rest are the reasons.
        let reasons: BTreeMap<&str, u64> = totals.iter().map(|(k, v)| (k.as_str(), *v)).collect();
        assert_eq!(reasons, skipped);
        // On a slow machine, there are lines about the progress as well.
        let lines = found.errors.lines().filter(|line| line.starts_with("wordcount: skipped"));
        assert_eq!(lines.count() as u64, skipped.values().sum(), "{}", found.errors);
    }
}

#[test]
fn many_files_are_counted_once_each() {
    let folder = Folder::new("many");
    for number in 0..600 {
        folder.file(&format!("{}/{number}", number % 7), "again and again ".repeat(number));
    }
    let found = report(&["-j", "3", folder.path()]);
    assert_eq!(found.words, expected(&folder));
    assert_eq!((found.totals["files"], found.totals["words"]), (600, 3 * 599 * 300));
}

#[test]
fn a_file_that_fails_to_be_read_is_reported() {
    // Can be opened by its owner, and its first page cannot be read even by root.
    if !Path::new("/proc/self/mem").exists() {
        return;
    }
    let found = report(&["/proc/self/mem"]);
    assert_eq!((found.totals["unreadable"], found.totals["files"]), (1, 0));
    assert!(found.errors.contains("skipped \"/proc/self/mem\": "), "{}", found.errors);
}

#[test]
fn a_pipe_is_not_waited_for() {
    let folder = Folder::new("pipe");
    let mut command = Command::new("mkfifo");
    command.arg(folder.0.join("pipe"));
    assert!(output(command).status.success());
    assert_eq!(report(&[folder.path()]).totals["pipe, socket or device"], 1);
}

#[test]
fn a_link_that_is_named_is_followed() {
    let folder = Folder::new("named-link");
    folder.file("folder/text", "some words");
    symlink("folder", folder.0.join("to-folder")).unwrap();
    symlink("folder/text", folder.0.join("to-file")).unwrap();
    for link in ["to-folder", "to-file"] {
        let found = report(&[folder.0.join(link).to_str().unwrap()]);
        assert_eq!((found.totals["words"], found.totals["skipped"]), (2, 0), "{link}");
    }
}

#[test]
fn top_limits_the_words_printed() {
    let folder = Folder::new("top");
    folder.file("text", "b b b c c a a d e f g h i j k l m");
    let first = |arguments: &[&str]| {
        let found = report(&[arguments, &[folder.path()]].concat());
        assert_eq!(found.totals["distinct"], 13);
        found.words.into_iter().map(|(word, _)| word).collect::<String>()
    };
    assert_eq!(first(&["--top", "3"]), "bac");
    assert_eq!(first(&["-n0"]), "");
    assert_eq!(first(&["--top=99"]), "bacdefghijklm");
    assert_eq!(first(&[]), "bacdefghij");
}

#[test]
fn a_missing_path_ends_with_code_2() {
    let output = wordcount(&["/no/such/path", "."]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(errors, "wordcount: \"/no/such/path\": no such file or folder\n");
}

#[test]
fn wrong_options_end_with_code_2_and_the_usage() {
    let wrong: [&[&str]; 6] =
        [&[], &["--top", "."], &["-n", "-1", "."], &["-j0", "."], &["-j9999999", "."], &["--no"]];
    for arguments in wrong {
        let output = wordcount(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty());
        assert!(String::from_utf8(output.stderr).unwrap().contains("Usage: wordcount"));
    }
}

#[test]
fn the_help_is_no_error() {
    let output = wordcount(&["--help"]);
    assert!(output.status.success() && output.stderr.is_empty());
    assert!(String::from_utf8(output.stdout).unwrap().contains("A word is a longest run"));
}

#[test]
fn piped_output_has_no_control_characters() {
    let folder = Folder::new("control");
    folder.file("text", "some \u{1b}[1mbold\u{1b}[0m words");
    folder.file("\u{1b}[2J\r\n\u{7}", b"\0");
    let output = wordcount(&[folder.path()]);
    assert!(output.status.success());
    for byte in output.stdout.iter().chain(&output.stderr) {
        assert!(*byte == b'\n' || !byte.is_ascii_control(), "{output:?}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wordcount"));
    let mut child = command.arg("Cargo.toml").stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}
