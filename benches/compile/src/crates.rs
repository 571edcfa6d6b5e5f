//! The compared crates, as text.

use std::fmt::Write as _;

pub const ACTORS: usize = 40;
pub const MESSAGES: usize = 10;

/// A crate: its manifest's dependencies and its only file.
pub struct Crate {
    pub dependencies: String,
    pub file: &'static str,
    pub text: String,
}

/// The reply of a message: type and value.
const ANSWERS: [(&str, &str); 4] = [
    ("u64", "self.total"),
    ("()", "()"),
    ("String", "self.total.to_string()"),
    ("Option<u64>", "self.total.checked_sub(amount)"),
];

fn answer(message: usize) -> (&'static str, &'static str) {
    ANSWERS[message % ANSWERS.len()]
}

/// Every second handler is async.
fn asyncness(message: usize) -> &'static str {
    if message % 2 == 1 { "async " } else { "" }
}

fn handlers() -> String {
    let mut text = String::new();
    for message in 0..MESSAGES {
        let (ty, value) = answer(message);
        let asyncness = asyncness(message);
        let _ = writeln!(
            text,
            "    pub {asyncness}fn m{message}(&mut self, amount: u64, name: String) -> {ty} {{
        self.total += amount;
        self.name = name;
        {value}
    }}"
        );
    }
    text
}

/// One call of each message.
fn calls() -> String {
    let mut text = String::new();
    for message in 0..MESSAGES {
        let _ = writeln!(
            text,
            "        sum += usize::from(addr.m{message}({message}, String::new()).await.is_ok());"
        );
    }
    text
}

/// All actors as modules, and a `main` that runs them.
fn program(module: &dyn Fn() -> String, block_on: &str) -> String {
    let mut text = String::new();
    let mut drives = String::new();
    for actor in 0..ACTORS {
        let _ = writeln!(text, "mod actor_{actor} {{\n{}\n}}", module());
        let _ = writeln!(drives, "        sum += actor_{actor}::drive().await;");
    }
    let _ = write!(
        text,
        "fn main() {{
    let sum = {block_on}(async {{
        let mut sum = 0;
{drives}
        sum
    }});
    println!(\"{{sum}}\");
}}
"
    );
    text
}

const CORE: &str = "actor-core = { path = \"CORE\" }";
const REMOTE: &str =
    "actor-core = { path = \"CORE\" }\nactor-remote = { path = \"CORE/../actor-remote\" }";

pub fn ours() -> Crate {
    actors("actor", CORE, "")
}

/// The same actors, whose messages can leave the process.
pub fn remote() -> Crate {
    actors("actor(remote)", REMOTE, "")
}

/// The same actors at a node, so that the code that decodes their messages is needed.
pub fn registered() -> Crate {
    let register = "        let node = actor_remote::SimNetwork::new().node(\"here\");
        node.register(\"worker\", &addr).unwrap();
";
    actors("actor(remote)", REMOTE, register)
}

/// Actors with `attribute` on their blocks, and `then` after they are spawned.
fn actors(attribute: &str, dependencies: &str, then: &str) -> Crate {
    let module = || {
        format!(
            "    use actor_core::prelude::*;
    #[actor]
    pub struct Worker {{ total: u64, name: String }}
    #[{attribute}]
    impl Worker {{
{}
    }}
    pub async fn drive() -> usize {{
        let addr = Worker {{ total: 0, name: String::new() }}.spawn();
{then}        let mut sum = 0;
{}
        sum
    }}",
            handlers(),
            calls()
        )
    };
    Crate {
        dependencies: dependencies.to_owned(),
        file: "main.rs",
        text: program(&module, "actor_core::System::current().block_on"),
    }
}

pub fn by_hand() -> Crate {
    let mut variants = String::new();
    let mut arms = String::new();
    let mut methods = String::new();
    for message in 0..MESSAGES {
        let ty = answer(message).0;
        let wait = if asyncness(message).is_empty() { "" } else { ".await" };
        let _ = writeln!(
            variants,
            "        M{message} {{ amount: u64, name: String, reply: Sender<{ty}> }},"
        );
        let _ = writeln!(
            arms,
            "                    Message::M{message} {{ amount, name, reply }} => {{
                        let _ = reply.try_send(self.m{message}(amount, name){wait});
                    }}"
        );
        let _ = writeln!(
            methods,
            "        pub async fn m{message}(&self, amount: u64, name: String) -> Result<{ty}, crate::Stopped> {{
            let (reply, answer) = bounded(1);
            let message = Message::M{message} {{ amount, name, reply }};
            self.sender.send(message).await.map_err(|_| crate::Stopped)?;
            answer.recv().await.map_err(|_| crate::Stopped)
        }}"
        );
    }
    let module = || {
        format!(
            "    use async_channel::{{Sender, bounded}};
    pub struct Worker {{ total: u64, name: String }}
    pub enum Message {{
{variants}
    }}
    #[derive(Clone)]
    pub struct WorkerAddr {{ sender: Sender<Message> }}
    impl Worker {{
{}
        pub fn spawn(mut self) -> WorkerAddr {{
            let (sender, inbox) = bounded(64);
            smol::spawn(async move {{
                while let Ok(message) = inbox.recv().await {{
                    match message {{
{arms}
                    }}
                }}
            }})
            .detach();
            WorkerAddr {{ sender }}
        }}
    }}
    impl WorkerAddr {{
{methods}
    }}
    pub async fn drive() -> usize {{
        let addr = Worker {{ total: 0, name: String::new() }}.spawn();
        let mut sum = 0;
{}
        sum
    }}",
            handlers(),
            calls()
        )
    };
    let text = format!(
        "#[derive(Clone, Copy, Debug, PartialEq, Eq)]\npub struct Stopped;\n{}",
        program(&module, "smol::block_on")
    );
    Crate { dependencies: "async-channel = \"2\"\nsmol = \"2\"".to_owned(), file: "main.rs", text }
}

/// A macro that returns its input unchanged.
pub fn identity() -> Crate {
    Crate {
        dependencies: "[lib]\nproc-macro = true".to_owned(),
        file: "lib.rs",
        text: "use proc_macro::TokenStream;
#[proc_macro_attribute]
pub fn actor(_: TokenStream, item: TokenStream) -> TokenStream {
    item
}
"
        .to_owned(),
    }
}

/// One actor whose handlers have 1 000 lines each, with `attribute` on its block.
pub fn long(attribute: &str) -> Crate {
    let mut text = format!(
        "#[actor_core::actor]\npub struct Long {{ total: u64 }}\n#[{attribute}]\nimpl Long {{\n"
    );
    for message in 0..12 {
        let _ = writeln!(text, "    pub fn m{message}(&mut self, amount: u64) -> u64 {{");
        for line in 0..998 {
            let _ =
                writeln!(text, "        self.total = self.total.wrapping_add(amount ^ {line});");
        }
        text.push_str("        self.total\n    }\n");
    }
    text.push_str("}\n");
    Crate {
        dependencies: "actor-core = { path = \"CORE\" }\nidentity = { path = \"../identity\" }"
            .to_owned(),
        file: "lib.rs",
        text,
    }
}
