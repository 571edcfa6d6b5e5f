//! The listings of the guide and of the README: each page is the documentation of an item here, so its
//! listings are compiled and run as doctests. `tests/tests/docs` checks that no chapter is missing.

/// Creates an item for each chapter of `book/src`.
macro_rules! chapters {
    ($($item:ident = $file:literal),* $(,)?) => {
        $(
            #[cfg(doctest)]
            #[doc = include_str!(concat!("../../book/src/", $file))]
            pub struct $item;
        )*
    };
}

chapters! {
    Introduction = "introduction.md",
    Why = "why.md",
    QuickStart = "quick-start.md",
    Messages = "messages.md",
    Streaming = "streaming.md",
    Errors = "errors.md",
    Deadlines = "deadlines.md",
    Mailboxes = "mailboxes.md",
    Deadlock = "deadlock.md",
    Life = "life.md",
    Supervision = "supervision.md",
    Links = "links.md",
    Timers = "timers.md",
    Receiving = "receiving.md",
    Protocols = "protocols.md",
    Sharing = "sharing.md",
    Remote = "remote.md",
    Machines = "machines.md",
    Executors = "executors.md",
    Testing = "testing.md",
    NodesInTests = "nodes-in-tests.md",
    Watching = "watching.md",
    Patterns = "patterns.md",
    AntiPatterns = "anti-patterns.md",
    HowItWorks = "how-it-works.md",
    Guarantees = "guarantees.md",
    Performance = "performance.md",
    ComingFrom = "coming-from.md",
    Glossary = "glossary.md",
    Questions = "faq.md",
}

/// The first page of the repository.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;

/// The summary of the API.
#[cfg(doctest)]
#[doc = include_str!("../../llms.txt")]
pub struct Summary;

/// The page of `actor-remote`.
#[cfg(doctest)]
#[doc = include_str!("../../actor-remote/README.md")]
pub struct RemoteReadme;

/// The page of a crate that cannot depend on `actor-core`, which its listing needs.
#[cfg(doctest)]
#[doc = include_str!("../../actor-macros/README.md")]
pub struct MacrosReadme;
