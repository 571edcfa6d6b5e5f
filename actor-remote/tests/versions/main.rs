//! The guide's table of changes between two versions: each row has a change, the text of the wire file
//! test for it, and the values that nodes of both versions read from each other.

pub mod messages;
mod types;

use actor_core::{CallError, TypedAddr, error::RefusalKind};
use actor_remote::wire_file::{Difference, Effect, WireFile};
use actor_remote::{Node, Remote, SimNetwork};
use std::path::Path;
use std::time::Duration;
use std::{env, fs};

/// A row of the table.
struct Row {
    change: &'static str,
    /// The lines of the wire file test. None for a change that it cannot see.
    texts: &'static [&'static str],
    effect: Option<Effect>,
    /// The result of a value or call of a newer node on an older one, and the other way round.
    newer_to_older: &'static str,
    older_to_newer: &'static str,
}

impl Row {
    /// Compares what the row says with what the wire file test says.
    fn check_texts<O, N>(&self)
    where
        O: TypedAddr<Actor: Remote>,
        N: TypedAddr<Actor: Remote>,
    {
        let older = WireFile::new().protocol::<O>().text();
        let found = WireFile::new().protocol::<N>().differences(&older).unwrap();
        let texts: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(texts, self.texts, "{}", self.change);
        let mut effects = found.iter().map(Difference::effect);
        let worst = effects.clone().find(|it| *it != Effect::Works).or(effects.next());
        assert_eq!(worst, self.effect, "{}", self.change);
    }

    fn line(&self) -> String {
        let effect = self.effect.map_or_else(|| "nothing".to_owned(), |effect| effect.to_string());
        let Row { change, newer_to_older, older_to_newer, .. } = self;
        format!("| {change} | {effect} | {newer_to_older} | {older_to_newer} |\n")
    }
}

/// Two nodes. The first one has `actor`, and the second one knows it by the other version of its address.
async fn connected<O, N>(actor: &O) -> (Node, Node, N)
where
    O: TypedAddr<Actor: Remote>,
    N: TypedAddr<Actor: Remote>,
{
    let network = SimNetwork::new();
    let (server, client) = (network.node("server"), network.node("client"));
    server.register("shop", actor).unwrap();
    let found = client.wait_for("shop", Duration::from_secs(10)).await.unwrap();
    (server, client, found)
}

/// The value of a call, or why it was refused.
fn outcome<T>(result: Result<T, CallError>) -> Result<T, RefusalKind> {
    result.map_err(|error| {
        let CallError::Refused(refusal) = &error else { panic!("{error:?}") };
        let is_unhandled = refusal.kind() != RefusalKind::BadReply;
        assert_eq!(error.never_handled(), is_unhandled, "{error}");
        refusal.kind()
    })
}

const HEAD: &str = "\
| change | the test says | from a newer node to an older one | from an older node to a newer one |
|---|---|---|---|
";

#[test]
fn each_change_does_what_the_wire_file_test_and_the_table_say() {
    let rows = messages::rows().into_iter().chain(types::rows());
    let lines: Vec<String> = rows.map(|row| row.line()).collect();
    let table = HEAD.to_owned() + &lines.concat();

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../book/src/remote.md");
    let page = fs::read_to_string(&path).unwrap();
    let from = page.find("| change |").unwrap();
    let to = from + page[from..].find("\n\n").unwrap() + 1;
    if env::var_os("UPDATE").is_some() {
        fs::write(&path, page[..from].to_owned() + &table + &page[to..]).unwrap();
    } else {
        assert_eq!(&page[from..to], table, "`UPDATE=1` writes the table");
    }
}
