//! The error text and span of mistakes with contexts, replies, helper attributes, hooks and
//! entries.

use super::errors::{expect, in_block};

#[test]
fn misplaced_contexts_and_replies_are_refused() {
    let cases = [
        (
            "fn f(&self, c: &mut Context<Self>) {}",
            "a message takes `&Context<Self>`; all its methods take `&self`",
            "&mut Context<Self>",
        ),
        (
            "fn f(&self, c: Context<Self>) {}",
            "the run loop lends the context; take it as `&Context<Self>`",
            "Context<Self>",
        ),
        (
            "fn f(&self, c: &Context) {}",
            "the context of this actor is a `&Context<Self>`; write it in full",
            "&Context",
        ),
        (
            "fn f(&self, c: &Context<Self>, d: &Context<Self>) {}",
            "a message takes one `&Context<Self>`; remove this one",
            "&Context<Self>",
        ),
        (
            "fn f(&self, a: Reply<u8>, b: Reply<u8>) {}",
            "a message has one `Reply`; mark what is plain data with `#[data]`",
            "Reply<u8>",
        ),
        (
            "fn f(&self, a: Reply<u8>) -> u8 { 1 }",
            "a handler with a `Reply` answers through it and returns nothing; drop the return \
             type, or mark the argument `#[data]` if it is plain data",
            "u8",
        ),
        (
            "fn f(&self, a: Replies<u8>, b: Replies<u8>) {}",
            "a message has one `Replies`; remove this one",
            "Replies<u8>",
        ),
        (
            "fn f(&self, a: Replies<u8>, b: u8) {}",
            "`Replies` is the last argument of a handler; move it to the end",
            "Replies<u8>",
        ),
        (
            "fn f(&self, a: Replies<u8>, b: Reply<u16>) {}",
            "a handler answers with one `Reply` or with `Replies`; remove one of them, or mark what is plain data with `#[data]`",
            "Reply<u16>",
        ),
        (
            "fn f(&self, a: Reply<u16>, b: Replies<u8>) {}",
            "a handler answers with one `Reply` or with `Replies`; remove one of them, or mark what is plain data with `#[data]`",
            "Replies<u8>",
        ),
        (
            "fn f(&self, a: Replies<u8>) -> u16 { 1 }",
            "a handler with `Replies` answers through it and returns nothing; remove the return type",
            "u16",
        ),
        (
            "fn f(&self, a: Replies<u8>) -> impl Stream<Item = u8> { s }",
            "a handler with `Replies` answers through it and returns nothing; remove the return type",
            "impl Stream<Item = u8>",
        ),
        (
            "fn f(&self) -> impl Stream<Item = Vec<u8>> + Send { s }",
            "a returned stream is read by a task, after the handler, and cannot borrow `self`; write `impl Stream<Item = Vec<u8>> + Send + 'static`",
            "impl Stream<Item = Vec<u8>> + Send",
        ),
        (
            "fn f(&self) -> impl Stream<Item = u8> + 'static { s }",
            "a returned stream is read by a task, after the handler, and cannot borrow `self`; write `impl Stream<Item = u8> + Send + 'static`",
            "impl Stream<Item = u8> + 'static",
        ),
        (
            "fn f(&self) -> impl Stream + Send + 'static { s }",
            "a returned stream is read by a task, after the handler, and cannot borrow `self`; write `impl Stream<Item = T> + Send + 'static`",
            "impl Stream + Send + 'static",
        ),
        (
            "fn f(&self, #[data] a: u8) {}",
            "`#[data]` marks a `Reply<T>` that is plain data; remove it",
            "#[data]",
        ),
        (
            "fn g(&self) {} fn f(#[data] a: u8) {}",
            "`#[data]` marks an argument of a message; remove it",
            "#[data]",
        ),
    ];
    for (methods, text, under) in cases {
        in_block(methods, &[(text, under)]);
    }
}

#[test]
fn helper_attributes_are_checked() {
    let cases = [
        (
            "#[message(skpi)] fn f(&self) {}",
            "unknown option `skpi`; did you mean `skip`? (valid: `skip`, `when`, \
             `concurrent`, `priority`, `unbounded`, `last`, `abort`, `version`)",
            "skpi",
        ),
        (
            "#[message(urgent)] fn f(&self) {}",
            "unknown option `urgent`; expected one of `skip`, `when`, `concurrent`, `priority`, `unbounded`, \
             `last`, `abort`, `version`",
            "urgent",
        ),
        (
            "#[message(skip, priority)] fn f(&self) {}",
            "a method with `skip` is not a message; remove `priority` or `skip`",
            "priority",
        ),
        (
            "#[message(priority = 1)] fn f(&self) {}",
            "`priority` takes no value; write `priority` alone",
            "1",
        ),
        ("#[message(skip = 1)] fn f(&self) {}", "`skip` takes no value; write `skip` alone", "1"),
        (
            "#[message] #[message] fn f(&self) {}",
            "duplicate `#[message]`; keep one of them",
            "#[message]",
        ),
        (
            "#[actor_core::message] fn f(&self) {}",
            "`message` must be written without a path; write `#[message]`",
            "actor_core::message",
        ),
        (
            "#[message = 1] fn f(&self) {}",
            "options go in parentheses; write `#[message(skip)]`",
            "#[message = 1]",
        ),
        (
            "#[cfg_attr(unix, message(skip))] fn f(&self) {}",
            "`message` cannot be conditional; use `#[cfg]` on the method",
            "message",
        ),
        (
            "#[message] fn f() {}",
            "a message takes `&self`, `&mut self` or `self`; add a receiver",
            "f",
        ),
        (
            "#[message] #[on_start] fn f(&mut self) {}",
            "a method cannot be both a hook and a message; keep `#[message]` or the hook",
            "#[on_start]",
        ),
    ];
    for (methods, text, under) in cases {
        in_block(methods, &[(text, under)]);
    }
}

#[test]
fn hooks_are_checked() {
    let cases = [
        (
            "#[on_start(1)] fn f(&mut self) {}",
            "`#[on_start]` takes no options; write it alone",
            "#[on_start(1)]",
        ),
        (
            "#[on_start] fn f(self) {}",
            "a hook cannot take `self`; write `&mut self` or `&self`",
            "self",
        ),
        ("#[on_start] fn f() {}", "a hook takes `&mut self` or `&self`; add a receiver", "f"),
        (
            "#[on_start] fn f(&mut self, x: u8) {}",
            "`#[on_start]` has no such argument; write `fn f(&mut self)`, with a \
             `&Context<Self>` if needed",
            "u8",
        ),
        (
            "#[on_stop] fn f(&mut self) {}",
            "`#[on_stop]` takes `exit: &Exit`; write `fn f(&mut self, exit: &Exit)`, with a \
             `&Context<Self>` if needed",
            "f",
        ),
        (
            "#[on_stop] fn f(&mut self, exit: Exit) {}",
            "`#[on_stop]` takes `exit: &Exit`; write `fn f(&mut self, exit: &Exit)`, with a \
             `&Context<Self>` if needed",
            "Exit",
        ),
        (
            "#[on_stop] fn f(&mut self, exit: &Exit) -> u8 { 1 }",
            "`#[on_stop]` returns nothing; drop the return type",
            "u8",
        ),
        (
            "#[on_exit] fn f(&mut self, id: ActorId, exit: &Exit) {}",
            "`#[on_exit]` takes `exit: Exit`; write `fn f(&mut self, id: ActorId, exit: Exit)`, \
             with a `&Context<Self>` if needed",
            "&Exit",
        ),
        (
            "#[on_start] fn a(&mut self) {} #[on_start] fn b(&mut self) {}",
            "`a` is the `#[on_start]` of this actor already; call one from the other",
            "b",
        ),
        (
            "#[on_start] #[on_exit] fn a(&mut self) {}",
            "this is the hook `#[on_start]` already; write a method for each",
            "#[on_exit]",
        ),
        (
            "#[on_start] fn a<T>(&mut self) {}",
            "a hook cannot be generic over `T`; move `T` to the \
          actor, or the method to an ordinary `impl` block",
            "T",
        ),
    ];
    for (methods, text, under) in cases {
        in_block(methods, &[(text, under)]);
    }
}

#[test]
fn entries_are_checked() {
    let cases = [
        (
            "#[actor_core::main] fn main() {}",
            "`#[actor_core::main]` runs an `async fn`; write `async fn main`",
            "fn",
        ),
        (
            "#[actor_core::main] async fn main(x: u8) {}",
            "a main function takes no arguments; remove them",
            "x: u8",
        ),
        (
            "#[actor_core::test] async fn t<T>() {}",
            "a test function cannot be generic; remove `<T>`",
            "<T>",
        ),
        (
            "#[actor_core::test] #[test] async fn t() {}",
            "`#[actor_core::test]` is all that a test needs; remove `#[test]`",
            "#[test]",
        ),
        (
            "#[actor_core::main(treads = 1)] async fn main() {}",
            "unknown option `treads`; the only one is `crate`",
            "treads",
        ),
        (
            "#[actor_core::main] struct A;",
            "expected a function with a body; write `async fn name() { .. }`",
            "struct A;",
        ),
    ];
    for (input, text, under) in cases {
        expect(input, &[(text, under)]);
    }
}

#[test]
fn a_broken_item_leaves_its_neighbours() {
    let input = "fn add(&mut self, x: ) {} fn label(&self) {} fn cut(&self fn other(&self) {}";
    // The parenthesis that is not closed cannot be written here, because tokens are balanced.
    let input = input.replace("fn cut(&self fn", "fn cut<(&self) fn");
    let (made, reported) =
        super::expand_file(super::tokens(&format!("#[actor] impl A {{ {input} }}")));
    assert_eq!(reported.len(), 2, "{reported:?}");
    let made = made.to_string();
    assert!(made.contains("Label {") && made.contains("Other {"), "{made}");
}
