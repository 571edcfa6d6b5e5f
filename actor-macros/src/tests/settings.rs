//! The settings of messages, and options of structs: valid combinations, and errors for the others.

use super::errors::{expect, in_block};

#[test]
fn compatible_settings_are_accepted_without_errors() {
    let right = [
        "#[message(priority, unbounded, when = self.a)] fn f(&mut self) {}",
        "#[message(when = self.find::<A, B>(x), priority)] async fn f(&self, x: u8) {}",
        "#[message(when = self.all(|a, b| a < b),)] fn f(&mut self, reply: Reply<u8>) {}",
        "#[message(when = *a < *b, unbounded)] fn f(&mut self, (a, b): (u8, u8)) -> u8 { 1 }",
        "#[message(last)] fn f(mut self) {} #[message(last)] async fn g(self: Self) -> u8 { 1 }",
        "#[message(priority, last, unbounded)] fn f(self) {} #[message(skip)] fn g(self) {}",
        "#[message(concurrent)] async fn f(&self, x: u8) -> u8 { x }",
        "#[message(concurrent, when = self.a, priority, unbounded)] async fn f(self: &Self) {}",
    ];
    for methods in right {
        in_block(methods, &[]);
    }
    expect("#[actor(deferred = 8, capacity = SIZE)] struct A; #[actor] impl A {}", &[]);
}

#[test]
fn conflicting_settings_are_reported_once() {
    let cases = [
        (
            "#[message(last, when = self.a)] fn f(self) {}",
            "a message that takes `self` is the last one, and cannot have `when`; remove `when`, or \
             take `&mut self`",
            "when",
        ),
        (
            "#[message(concurrent, last)] async fn f(self) {}",
            "a message that takes `self` is the last one, and cannot have `concurrent`; remove \
             `concurrent`, or take `&mut self`",
            "concurrent",
        ),
        (
            "#[message(last, concurrent, when = true)] fn f(self) {}",
            "a message that takes `self` is the last one, and cannot have `concurrent`; remove \
             `concurrent`, or take `&mut self`",
            "concurrent",
        ),
        (
            "#[message(concurrent)] async fn f(&mut self) {}",
            "a concurrent message shares the state with others; take `&self`, or remove \
             `concurrent`",
            "concurrent",
        ),
        (
            "#[message(concurrent)] fn f(&self) {}",
            "a concurrent message overlaps with others where it awaits; make it `async`, or remove \
             `concurrent`",
            "concurrent",
        ),
        (
            "#[message(concurrent = 4)] async fn f(&self) {}",
            "`concurrent` takes no value; write `concurrent` alone",
            "4",
        ),
        (
            "#[message(when)] fn f(&mut self) {}",
            "`when` needs a value; write `when = self.free >= *amount`",
            "when",
        ),
        (
            "#[message(when = self.a b)] fn f(&mut self) {}",
            "`when` takes an expression; write it as `when = self.free >= *amount`",
            "self.a b",
        ),
        (
            "#[message(when = self.a, when = self.b)] fn f(&mut self) {}",
            "duplicate option `when`; keep one of them",
            "when",
        ),
        (
            "#[message(when(self.a))] fn f(&mut self) {}",
            "an option takes its value with `=`; write `when = self.a`",
            "when(self.a)",
        ),
        (
            "#[message(when = self.a, skip)] fn f(&mut self) {}",
            "a method with `skip` is not a message; remove `when` or `skip`",
            "when",
        ),
        (
            "#[message(unbounded = 8)] fn f(&mut self) {}",
            "`unbounded` takes no value; write `unbounded` alone",
            "8",
        ),
    ];
    for (methods, text, under) in cases {
        in_block(methods, &[(text, under)]);
    }
}

#[test]
fn a_message_that_takes_self_is_marked_as_last() {
    let unmarked = "takes the state and ends this life; write `#[message(last)]`, `&mut self`, or move \
                    it to an ordinary `impl` block";
    let not_owned = "the last message takes the state; take `self`, or remove `last`";
    let cases = [
        ("fn f(self) {}", unmarked, "self"),
        ("async fn f(mut self) -> Self { self }", unmarked, "self"),
        ("#[message] fn f(self: Self) {}", unmarked, "self"),
        ("#[message(priority)] fn f(self) {}", unmarked, "self"),
        ("#[message(last)] fn f(&self) {}", not_owned, "last"),
        ("#[message(unbounded, last)] async fn f(&mut self) {}", not_owned, "last"),
        (
            "#[message(last)] fn f(self: Rc<Self>) {}",
            "a message cannot take `Rc<Self>`; write `&self`, `&mut self` or `self`",
            "Rc<Self>",
        ),
        ("#[message(last = 1)] fn f(self) {}", "`last` takes no value; write `last` alone", "1"),
        (
            "#[message(last, skip)] fn f(self) {}",
            "a method with `skip` is not a message; remove `last` or `skip`",
            "last",
        ),
    ];
    for (methods, text, under) in cases {
        in_block(methods, &[(text, under)]);
        // The same holds in a protocol, whose methods have no other settings.
        if !methods.contains("priority")
            && !methods.contains("unbounded")
            && !methods.contains("Self {")
        {
            expect(&format!("#[actor] trait Door {{ {methods} }}"), &[(text, under)]);
        }
    }
    expect("#[actor] trait Door { #[message(last)] fn f(self) -> u8; }", &[]);
    expect("#[actor] impl Door for Gate { fn f(self) -> u8 { 1 } }", &[]);
    expect(
        "#[actor] impl Door for Gate { #[message(last)] fn f(self) {} }",
        &[(
            "the trait says which message is the last one; write `last` there, and remove it here",
            "last",
        )],
    );
}

#[test]
fn bounds_of_deferred_messages_are_checked() {
    let of_struct = |options: &str, text: &str, under: &str| {
        expect(&format!("#[actor({options})] struct A;"), &[(text, under)]);
    };
    of_struct("deferred = 0", "`deferred` must be at least 1; write `deferred = 1` or more", "0");
    of_struct(
        "max_concurrent = 0",
        "one message has to be handled at least; write `max_concurrent = 1` or more",
        "0",
    );
    of_struct("deferred", "`deferred` needs a value; write `deferred = 1024`", "deferred");
    expect(
        "#[actor] struct A; #[actor(deferred = 8)] impl A {}",
        &[(
            "`deferred` is a setting of the state; write it at the `#[actor]` of the struct",
            "deferred",
        )],
    );
}
