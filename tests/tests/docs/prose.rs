//! The prose is plain technical English: words and patterns that it does not need are counted, in the
//! documents and in the comments and texts of the sources. A limit may only go down.
//! `cargo test -p tests --test docs prose -- --nocapture` prints the counts.

use std::fs;
use std::path::{Path, PathBuf};

use super::page;
use super::text::{self, Sentence};

/// What is counted. `^` is the beginning of a sentence that is neither a question nor a heading, `~` is
/// one to four words.
const PATTERNS: [(&str, &[&str]); 10] = [
    ("who", &["who", "whoever", "whom"]),
    ("somebody", &["somebody", "nobody", "anybody"]),
    ("everybody", &["everybody", "oneself", "one's", "someone", "anyone"]),
    (
        "literary words",
        &[
            "heed",
            "heeds",
            "heeded",
            "beside",
            "forsaken",
            "rouse",
            "rouses",
            "roused",
            "doings",
            "afterlife",
            "condemn",
            "condemned",
            "apart",
            "in vain",
            "of late",
            "be it",
            "for ever",
            "so manieth",
            "one's while",
        ],
    ),
    (
        "clauses for nouns",
        &[
            "^what",
            "^whatever",
            "^whoever",
            "^who",
            "^that which",
            "^whose",
            "what is queued",
            "what comes",
        ],
    ),
    (
        "is no X",
        &["is no", "are no", "was no", "were no", "be no", "and not a", "it has not", "has it not"],
    ),
    ("and no X", &["and no"]),
    (
        "has X done",
        &[
            "has ~ made",
            "have ~ made",
            "has ~ done",
            "has ~ forget",
            "has the ~ come",
            "have the ~ come",
            "has its ~ come",
        ],
    ),
    (
        "private terms",
        &[
            "circle",
            "circles",
            "aside",
            "floor",
            "floors",
            "at rest",
            "comes to rest",
            "come to rest",
            "lies down",
            "lay down",
            "lie down",
            "lays itself",
            "laid back",
            "is told",
            "are told",
            "be told",
            "was told",
            "hears of",
            "hear of",
            "what is rare",
            "on its way",
            "a door",
            "time is over",
            "time is up",
        ],
    ),
    ("is that of", &["is that of", "are that of", "is those of", "are those of"]),
];

/// What is not counted, and why.
const EXEMPT: &[(&str, &str)] = &[
    ("there is no", "standard English for an absence"),
    ("there are no", "standard English for an absence"),
    ("is no longer", "an adverb"),
    ("as on its way", "the snapshot prints it"),
];

/// At most this many sentences of a pattern are printed.
const SHOWN: usize = 40;

/// A group of files, and for each pattern how often it may occur in 1000 words.
struct Root {
    name: &'static str,
    paths: &'static [&'static str],
    limits: [f64; PATTERNS.len()],
}

const ROOTS: &[Root] = &[
    Root {
        name: "actor-atomic",
        paths: &["actor-atomic/src", "actor-atomic/tests", "actor-atomic/README.md"],
        limits: [0.1, 0.1, 0.1, 0.1, 1.0, 0.1, 0.8, 0.1, 0.1, 0.0],
    },
    Root {
        name: "documents",
        paths: &[
            "README.md",
            "ARCHITECTURE.md",
            "CONTRIBUTING.md",
            "CHANGELOG.md",
            "ROADMAP.md",
            "llms.txt",
            "actor-core/README.md",
            "actor-macros/README.md",
            "book/src",
            "examples/README.md",
            "tests/README.md",
            "benches/results.md",
            "benches/compile/README.md",
        ],
        limits: [0.1, 0.1, 0.1, 0.0, 0.1, 0.0, 0.7, 0.0, 0.0, 0.0],
    },
    Root {
        name: "actor-core",
        paths: &["actor-core/src"],
        limits: [0.2, 0.1, 0.1, 0.2, 0.7, 0.2, 0.6, 0.2, 0.3, 0.0],
    },
    Root {
        name: "actor-macros",
        paths: &["actor-macros/src"],
        limits: [0.1, 0.1, 0.1, 0.1, 1.0, 0.1, 0.1, 0.1, 0.1, 0.0],
    },
    Root {
        name: "actor-remote",
        paths: &[
            "actor-remote/src",
            "actor-remote/tests",
            "actor-remote/WIRE.md",
            "actor-remote/README.md",
            "examples/remote/src",
            "tests/processes",
        ],
        limits: [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    },
    Root {
        name: "examples",
        paths: &["examples/src", "actor-core/examples"],
        limits: [1.0, 0.1, 0.1, 0.1, 1.0, 0.1, 1.2, 0.1, 0.3, 0.0],
    },
    Root {
        name: "benches",
        paths: &["benches/src", "benches/compile/src"],
        limits: [0.1, 0.1, 0.1, 0.1, 0.5, 0.5, 0.1, 0.1, 0.1, 0.0],
    },
    Root {
        name: "tests",
        paths: &["tests/src", "tests/tests"],
        limits: [0.3, 0.6, 0.2, 0.4, 1.9, 0.7, 0.6, 0.2, 1.3, 0.2],
    },
];

#[test]
fn the_prose_is_plain_and_every_exemption_is_needed() {
    let mut wrong = Vec::new();
    let mut unused = EXEMPT.to_vec();
    let names = PATTERNS.map(|(name, _)| format!("{name:>17}"));
    println!("in 1000 words     words{}", names.concat());
    for root in ROOTS {
        let sentences = sentences(root);
        let total: usize = sentences.iter().map(|(_, sentence)| sentence.words.len()).sum();
        unused.retain(|(phrase, _)| {
            !sentences.iter().any(|(_, it)| occurs(&it.words, &words(phrase)) > 0)
        });
        let mut row = format!("{:16}{total:7}", root.name);
        for ((name, forms), limit) in PATTERNS.iter().zip(root.limits) {
            let forms: Vec<Form> = forms.iter().map(|form| Form::new(form)).collect();
            let mut found = Vec::new();
            for (file, sentence) in &sentences {
                let count = forms.iter().map(|form| form.count(sentence)).sum();
                found.extend(std::iter::repeat_n((file, sentence), count));
            }
            let rate = 1000.0 * found.len() as f64 / total as f64;
            row.push_str(&format!("{rate:17.2}"));
            if rate > limit {
                let shown =
                    found.iter().map(|(file, it)| format!("\n    {file}: {}", it.words.join(" ")));
                let shown: String = shown.take(SHOWN).collect();
                wrong.push(format!("{}: `{name}`: {rate:.2}, at most {limit}:{shown}", root.name));
            }
        }
        println!("{row}");
    }
    assert!(wrong.is_empty(), "not plain, in 1000 words:\n  {}", wrong.join("\n  "));
    assert!(unused.is_empty(), "exemptions that nothing needs: {unused:#?}");
}

/// A form of a pattern.
struct Form {
    words: Vec<&'static str>,
    /// Only at the beginning of a sentence.
    is_start: bool,
    /// The exempt phrases that contain it.
    exempt: Vec<Vec<&'static str>>,
}

impl Form {
    fn new(form: &'static str) -> Form {
        let form_words = words(form.trim_start_matches('^'));
        let exempt = EXEMPT.iter().map(|(phrase, _)| words(phrase));
        let exempt = exempt.filter(|it| it.windows(form_words.len()).any(|it| it == form_words));
        Form { exempt: exempt.collect(), is_start: form.starts_with('^'), words: form_words }
    }

    /// How often it occurs in a sentence.
    fn count(&self, sentence: &Sentence) -> usize {
        if !self.is_start {
            let exempt: usize = self.exempt.iter().map(|it| occurs(&sentence.words, it)).sum();
            // Two exempt phrases may share an occurrence, as in "there is no longer".
            return occurs(&sentence.words, &self.words).saturating_sub(exempt);
        }
        let is_statement = !sentence.is_question && !sentence.is_heading;
        usize::from(is_statement && begins(&sentence.words, &self.words))
    }
}

fn words(phrase: &str) -> Vec<&str> {
    phrase.split(' ').collect()
}

fn occurs(sentence: &[String], phrase: &[&str]) -> usize {
    (0..sentence.len()).filter(|start| begins(&sentence[*start..], phrase)).count()
}

/// Whether `sentence` begins with `phrase`.
fn begins(sentence: &[String], phrase: &[&str]) -> bool {
    match phrase {
        [] => true,
        ["~", rest @ ..] => {
            (1..=4).any(|skipped| sentence.get(skipped..).is_some_and(|it| begins(it, rest)))
        }
        [first, rest @ ..] => sentence
            .split_first()
            .is_some_and(|(word, behind)| word == first && begins(behind, rest)),
    }
}

/// Returns all sentences of a root, each with its file.
fn sentences(root: &Root) -> Vec<(String, Sentence)> {
    let mut sentences = Vec::new();
    for path in files(root.paths) {
        let read = || fs::read_to_string(&path).expect("a file can be read");
        let found = match path.extension().and_then(|it| it.to_str()) {
            Some("md" | "txt") => text::of_markdown(&read()),
            Some("rs") => text::of_rust(&read()),
            _ => continue,
        };
        sentences.extend(found.into_iter().map(|sentence| (shown(&path), sentence)));
    }
    sentences
}

/// Returns the files at these paths, and in the folders at them.
fn files(paths: &[&str]) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = paths.iter().map(|path| page::root().join(path)).collect();
    let mut files = Vec::new();
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).expect("a folder can be read");
            paths.extend(entries.map(|entry| entry.expect("an entry can be read").path()));
        } else {
            files.push(path);
        }
    }
    files
}

fn shown(path: &Path) -> String {
    path.strip_prefix(page::root()).unwrap_or(path).display().to_string()
}

/// The sources whose docs of functions are checked, and how many of these docs may name an event ("A
/// sender stops waiting.") instead of the action of the function ("Removes a waiting sender.").
const EVENTS: &[(&str, usize)] = &[
    ("actor-atomic/src", 0),
    ("actor-core/src", 0),
    ("actor-macros/src", 0),
    ("actor-remote/src", 0),
];

#[test]
fn docs_of_functions_name_an_action() {
    let mut wrong = Vec::new();
    for (folder, limit) in EVENTS {
        let mut found = Vec::new();
        for path in files(&[folder]) {
            let text = fs::read_to_string(&path).expect("a file can be read");
            found.extend(events(&text).into_iter().map(|line| format!("{}: {line}", shown(&path))));
        }
        println!("{folder:18}{:7} docs of functions that name an event", found.len());
        if found.len() > *limit {
            wrong.push(format!(
                "{folder}: {}, at most {limit}:\n    {}",
                found.len(),
                found.join("\n    ")
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "docs that do not say what the function does:\n  {}",
        wrong.join("\n  ")
    );
}

/// Returns the first lines of the docs of functions that begin with an event, such as "The wait has ended".
fn events(file: &str) -> Vec<&str> {
    let mut lines = file.lines().map(str::trim).peekable();
    let mut found = Vec::new();
    while let Some(first) = lines.next() {
        let Some(doc) = first.strip_prefix("/// ") else { continue };
        while lines.next_if(|line| line.starts_with("///") || line.starts_with("#[")).is_some() {}
        if lines.peek().is_some_and(|line| is_function(line)) && is_event(doc) {
            found.push(first);
        }
    }
    found
}

fn is_function(line: &str) -> bool {
    let qualifiers = ["pub", "const", "unsafe", "async"];
    let mut words = line.split_whitespace().skip_while(|word| {
        qualifiers.contains(word) || word.starts_with("pub(") || word.ends_with(')')
    });
    words.next() == Some("fn")
}

/// Whether `doc` begins with an article or `it`, and a verb follows within four words.
fn is_event(doc: &str) -> bool {
    const SUBJECTS: [&str; 5] = ["a", "an", "the", "all", "it"];
    const VERBS: [&str; 11] =
        ["has", "have", "is", "are", "was", "were", "stops", "polls", "leaves", "takes", "starts"];
    let words: Vec<String> = doc.split_whitespace().map(str::to_lowercase).collect();
    words.first().is_some_and(|first| SUBJECTS.contains(&first.as_str()))
        && words.iter().skip(1).take(4).any(|word| VERBS.contains(&word.as_str()))
}

#[test]
fn events_are_found_and_actions_are_not() {
    let file = "/// A sender stops waiting.\n#[inline]\npub(super) fn leave() {}\n/// Removes a sender that is \
                waiting.\nfn leave() {}\n/// The wait has ended.\nstruct Ended;\n";
    assert_eq!(events(file), ["/// A sender stops waiting."]);
}

#[test]
fn patterns_are_found_and_exemptions_are_not() {
    let of = |text: &str, form| -> usize {
        text::of_markdown(text).iter().map(|it| Form::new(form).count(it)).sum()
    };
    assert_eq!(of("It is no error. There is no error, and it is no message.", "is no"), 2);
    assert_eq!(of("Has a message made. It has been made.", "has ~ made"), 2);
    assert_eq!(of("What waits is handled. See what waits. What waits?", "^what"), 1);
    assert_eq!(of("A circle; circles.", "circle"), 1);
}
