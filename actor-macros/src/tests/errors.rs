//! The error text and span of each mistake.

use super::errors_of;

/// Checks the errors of the methods of a block.
pub(super) fn in_block(methods: &str, expected: &[(&str, &str)]) {
    expect(&format!("#[actor] impl Counter {{ {methods} }}"), expected);
}

/// Checks the errors of a file.
pub(super) fn expect(input: &str, expected: &[(&str, &str)]) {
    let reported = errors_of(input);
    let reported: Vec<(&str, &str)> =
        reported.iter().map(|(text, under)| (text.as_str(), under.as_str())).collect();
    assert_eq!(reported, expected, "in {input}");
}

#[test]
fn valid_input_is_accepted_without_errors() {
    let right = [
        "#[actor] struct A; #[actor] impl A {}",
        "#[actor(capacity = 8, turn = SIZE * 2, name = \"a\", crate = ::a::b, local,)] enum A { X }",
        "#[actor(crate = crate::rt, local)] impl crate::shop::A<u8> { fn f(&self) {} }",
        "#[actor] impl A { fn f(&self, a: &'static str, b: Box<dyn Fn(&str) -> &u8 + Send>) {} }",
        "#[actor] impl A { fn f(&self, a: fn(&str) -> &str, b: Cow<'static, str>, c: [u8; 3]) {} }",
        "#[actor] impl A { fn f(self: &Self) {} fn g(self: &mut A) {} #[message(last)] fn h(mut self: Self) {} }",
        "#[actor] impl A { fn f(&self, ctx: &Context<Self>, reply: Reply<u8>) {} }",
        "#[actor] impl A { fn f(&self, #[data] reply: Reply<u8>) -> u8 { 1 } }",
        "#[actor] impl A { fn f(&self, ctx: &Context<Self>, items: Replies<u8>) {} }",
        "#[actor] impl A { fn f(&self, #[data] a: Replies<u8>, b: Replies<u8>) {} }",
        "#[actor] impl A { fn f(&self) -> impl futures::Stream<Item = u8> + Send + use<> + 'static { s } }",
        "#[actor] impl A { fn f(&self, reply: Reply, call: Call, context: Context) -> u8 { 1 } }",
        "#[actor] impl A { #[cfg(unix)] fn f(&self) {} #[cfg(windows)] fn f(&self) {} }",
        "#[actor] impl A { #[on_start] fn a(&mut self) {} #[message(skip)] fn b<'a>(&'a self) {} }",
        "#[actor] impl A { thing! {} } #[actor] impl A { const N: u8 = 1; }",
        "#[actor] impl A { pub fn new() -> Self { Self } }",
        "#[actor] trait T: Send + core::marker::Sync + 'static { fn f(&self); } #[actor] trait U: {}",
        "#[actor] impl A { fn clone(&self) {} fn stop(&self) {} fn join(&self) {} }",
    ];
    for input in right {
        expect(input, &[]);
    }
}

#[test]
fn all_errors_come_together_in_the_order_of_the_source() {
    in_block(
        "fn a(&self, x: &str) {} fn b(self: Rc<Self>, y: &[u8]) -> &u8 {} fn c<T>(&self) {}",
        &[
            ("message arguments must be owned; use `String` instead of `&str`", "&str"),
            ("a message cannot take `Rc<Self>`; write `&self`, `&mut self` or `self`", "Rc<Self>"),
            ("message arguments must be owned; use `Vec<u8>` instead of `&[u8]`", "&[u8]"),
            ("a reply must be owned; use `u8` instead of `&u8`", "&u8"),
            (
                "a message cannot be generic over `T`; move `T` to the actor, or the method to an \
                 ordinary `impl` block",
                "T",
            ),
        ],
    );
}

#[test]
fn options_and_item_are_both_checked() {
    expect(
        "#[actor(lokal)] impl A { fn f(&self, x: &str) {} }",
        &[
            (
                "unknown option `lokal`; did you mean `local`? (valid: `crate`, `local`, `remote`)",
                "lokal",
            ),
            ("message arguments must be owned; use `String` instead of `&str`", "&str"),
        ],
    );
}

#[test]
fn wrong_options_are_named() {
    let valid =
        "`capacity`, `unbounded`, `turn`, `deferred`, `max_concurrent`, `name`, `crate`, `local`";
    let misspelt = format!("unknown option `capcity`; did you mean `capacity`? (valid: {valid})");
    let unknown = format!("unknown option `mailbox`; expected one of {valid}");
    let cases: &[(&str, &str, &str)] = &[
        ("capcity = 8", &misspelt, "capcity"),
        ("mailbox = 8", &unknown, "mailbox"),
        ("capacity = 0", "a mailbox needs room for a message; write `capacity = 1` or more", "0"),
        ("turn = 0x0", "`turn` must be at least 1; write `turn = 1` or more", "0x0"),
        ("capacity = -1", "a mailbox needs room for a message; write `capacity = 1` or more", "-1"),
        (
            "capacity = \"8\"",
            "`capacity` takes a number of messages; write `capacity = 64`",
            "\"8\"",
        ),
        ("capacity", "`capacity` needs a value; write `capacity = 64`", "capacity"),
        ("capacity =", "`capacity` needs a value; write it behind the `=`", "capacity ="),
        ("capacity(8)", "an option takes its value with `=`; write `capacity = 8`", "capacity(8)"),
        ("turn = 2, turn = 3", "duplicate option `turn`; keep one of them", "turn"),
        (
            "capacity = 8, unbounded",
            "`unbounded` contradicts `capacity`; keep one of them",
            "unbounded",
        ),
        ("unbounded = true", "`unbounded` takes no value; write `unbounded` alone", "true"),
        ("name = counter", "`name` takes a string; write `name = \"counter\"`", "counter"),
        ("crate = \"a::b\"", "`crate` takes a plain path; write `crate = a::b`", "\"a::b\""),
        ("crate = 3", "`crate` takes a path; write it as `crate = ::path::of::actor_core`", "3"),
        ("8", "expected an option; write `key` or `key = value`", "8"),
        ("local,, turn = 1", "expected an option; write `key` or `key = value`", ","),
        ("local turn", "`local` is an option by itself; write a comma behind it", "local turn"),
    ];
    for (options, text, under) in cases {
        expect(&format!("#[actor({options})] struct A;"), &[(text, under)]);
    }
    expect(
        "#[actor(capacity = 8)] impl A {}",
        &[(
            "`capacity` is a setting of the state; write it at the `#[actor]` of the struct",
            "capacity",
        )],
    );
}

#[test]
fn the_wrong_kind_of_item_is_refused() {
    let right = "`#[actor]` goes on a struct, an enum, an `impl` block or a trait";
    let cases = [
        ("pub union A { a: u8 }", "a union cannot be an actor; write a struct (..)", "pub union"),
        ("async fn f() {}", "a function cannot be an actor; ..", "async fn"),
        ("mod m {}", "a module cannot be an actor; ..", "mod"),
        ("type A = u8;", "this cannot be an actor; ..", "type"),
    ];
    for (item, text, under) in cases {
        expect(&format!("#[actor] {item}"), &[(&text.replace("..", right), under)]);
    }
    expect(
        "#[actor] impl fmt::Display for Counter { fn fmt(&self, f: &mut Formatter<'_>) {} }",
        &[(
            "`Display` of the standard library is not an actor protocol; remove `#[actor]` here",
            "Display",
        )],
    );
    expect(
        "#[actor] impl (u8, u8) {}",
        &[("an actor is a struct or an enum with a name; write `impl Counter`", "(u8, u8)")],
    );
    expect("#[actor] #[actor] struct A;", &[("duplicate `#[actor]`; remove this one", "#[actor]")]);
    expect(
        "#[actor] struct Parser<'a>(&'a str);",
        &[("an actor owns its state and has no lifetimes; use owned types, or `'static`", "'a")],
    );
}

#[test]
fn borrowed_arguments_are_refused_with_the_owned_form() {
    let owned = |better: &str, written: &str| {
        format!("message arguments must be owned; use `{better}` instead of `{written}`")
    };
    let cases = [
        ("&str", "String", "&str"),
        ("&mut Vec<u8>", "Vec<u8>", "&mut Vec<u8>"),
        ("&Path", "PathBuf", "&Path"),
        ("&std::path::Path", "std::path::PathBuf", "&std::path::Path"),
        ("&shape::Path", "shape::Path", "&shape::Path"),
        ("&&[u8]", "Vec<u8>", "&&[u8]"),
        ("&dyn Shape", "Box<dyn Shape + Send>", "&dyn Shape"),
        ("Option<&str>", "String", "&str"),
        ("Cow<'_, str>", "'static", "'_"),
        ("Cow<str>", "Cow<'static, str>", "Cow<str>"),
        ("Box<dyn Fn() + Send + 'a>", "'static", "'a"),
    ];
    for (written, better, under) in cases {
        in_block(&format!("fn f(&self, x: {written}) {{}}"), &[(&owned(better, under), under)]);
    }
}

#[test]
fn a_task_context_is_refused() {
    let text = "a `task::Context` is lent to one poll and cannot be sent; write an `async fn`, with \
                `poll_fn` in its body";
    for written in
        ["&mut task::Context<'_>", "&mut std::task::Context", "task::Context<'a>", "&Context<'_>"]
    {
        in_block(&format!("fn f(&mut self, context: {written}) {{}}"), &[(text, written)]);
    }
}

#[test]
fn async_trait_is_refused_once() {
    let text = "an `async fn` in an actor or a protocol needs no `#[async_trait]`; remove it";
    let items =
        ["trait T { async fn f(&self); async fn g(&self); }", "impl A {}", "impl T for A {}"];
    for item in items {
        expect(&format!("#[actor] #[async_trait] {item}"), &[(text, "#[async_trait]")]);
    }
    // As the macro leaves it, if it runs first.
    let rewritten = "fn f<'life0, 'async_trait>(&'life0 self) -> Pin<Box<dyn Future<Output = u8> \
                     + Send + 'async_trait>> where 'life0: 'async_trait, Self: 'async_trait";
    let methods = format!("{rewritten}; {}; ", rewritten.replace("fn f", "fn g"));
    expect(&format!("#[actor] trait T {{ {methods} }}"), &[(text, "f")]);
    expect(&format!("#[actor] impl A {{ {} }}", methods.replace(';', "{}")), &[(text, "f")]);
}

#[test]
fn bounds_that_may_be_implied_are_not_refused() {
    let right = [
        "#[actor] impl<T> A<T> { fn f(&self, it: T) {} }",
        "#[actor] impl<T: Key> A<T> where Vec<T>: Send {}",
        "#[actor] trait T<K: Hash> { fn f(&self, it: K); }",
        "#[actor] impl<K> T<K> for A<K> { fn f(&self, it: K) {} }",
        "#[actor] impl A { fn f(&self, it: Box<dyn Error>) -> Box<dyn Fn()> {} }",
        "#[actor] impl A { #[on_started] #[mesage(skip)] fn f(&self) {} }",
    ];
    for input in right {
        expect(input, &[]);
    }
}

#[test]
fn types_without_a_name_are_refused() {
    let named = |subject: &str, better: &str| {
        format!(
            "{subject} needs a type with a name; write `{better}`, or move the method to an ordinary \
             `impl` block"
        )
    };
    let cases = [
        ("impl Fn(u8) -> u8", "Box<dyn Fn(u8) -> u8 + Send>"),
        ("impl Into<String>", "String"),
        ("impl ToString", "String"),
        ("impl AsRef<str>", "String"),
    ];
    for (written, better) in cases {
        let text = named("a message argument", better);
        in_block(&format!("fn f(&self, x: {written}) {{}}"), &[(&text, written)]);
    }
    let text = named("a reply", "Box<dyn Display + Send>");
    in_block("fn f(&self) -> impl Display { 1 }", &[(&text, "impl Display")]);
}

#[test]
fn qualifiers_and_generics_are_refused() {
    for word in ["unsafe", "const", "extern \"C\"", "default"] {
        let text = format!("a message cannot be `{word}`; write `fn` or `async fn`");
        in_block(&format!("{word} fn f(&self) {{}}"), &[(&text, word)]);
    }
    in_block(
        "fn f(&self, more: ...) {}",
        &[("a message cannot be variadic; take a `Vec`", "more: ...")],
    );
    in_block(
        "fn f<'a>(&'a self) {}",
        &[("a message has no lifetimes of its own; remove `'a` and use owned types", "'a")],
    );
    in_block(
        "fn f(&self) where Self: Sized {}",
        &[("a message has no `where` clause; move it to the `impl` block", "where Self: Sized")],
    );
    expect(
        "#[actor] trait Greeter<T> { fn f(&self, it: T) where T: Copy; }",
        &[("a message has no `where` clause; move it to the trait", "where T: Copy")],
    );
    let of_self = "a message has no `where` clause; remove the bounds of `Self`, and move others to the \
                   trait";
    expect(
        "#[actor] trait Greeter { fn f(&self) where Self: Sized; }",
        &[(of_self, "where Self: Sized")],
    );
}

#[test]
fn names_that_clash_are_refused() {
    for name in
        ["spawn", "spawn_on", "spawn_with", "try_spawn_with", "prepare", "pool", "prepare_pool"]
    {
        let text = format!(
            "a message cannot be named `{name}`, which is a verb of the actor itself; rename it, \
             or move it to an ordinary `impl` block"
        );
        in_block(&format!("fn {name}(&self) {{}}"), &[(&text, name)]);
    }
    let reserved = "names that start with `__` are reserved; rename it";
    in_block("fn __f(&self) {}", &[(reserved, "__f")]);
    in_block("fn f(&self, __x: u8) {}", &[(reserved, "__x")]);
    in_block(
        "fn foo_bar(&self) {} fn foo__bar(&self) {}",
        &[(
            "`foo_bar` and `foo__bar` both make the variant `FooBar`; rename one of them",
            "foo__bar",
        )],
    );
}

#[test]
fn a_closure_of_a_context_returns_its_call() {
    let head = "fn a(&self, context: &Context<Self>)";
    let expected = |method: &str, to_write: &str| {
        format!("the closure of `{method}` returns a call, which is sent for you; {to_write}")
    };
    let other = "return the call, without `async` and `.await`";
    for (body, method, to_write, word) in [
        ("context.after(D, |me| me.tick().await);", "after", "write `|me| me.tick()`", "await"),
        (
            "if x { context.every(D, move |me| async move { me.tick().await }) }",
            "every",
            "write `|me| me.tick()`",
            "async",
        ),
        (
            "context.attach(s, |me, item| { async { me.add(item?).await } },);",
            "attach",
            "write `|me, item| me.add(item?)`",
            "async",
        ),
        ("context.monitor(&o, async |me, _| { f().await; me.a() });", "monitor", other, "async"),
        ("other.get(1).pipe(context, |me, it| me.set(it.await));", "pipe", other, "await"),
        ("context.every(D, |me| me.tick().send());", "every", "write `|me| me.tick()`", "send"),
        (
            "context.after(D, |me| async { me.tick().send().await });",
            "after",
            "write `|me| me.tick()`",
            "async",
        ),
        (
            "context.attach(s, move |me, item| { me.add(item).try_send() });",
            "attach",
            "write `|me, item| me.add(item)`",
            "try_send",
        ),
    ] {
        let text = expected(method, to_write);
        in_block(&format!("{head} {{ {body} }}"), &[(&text, word)]);
    }
    for right in [
        "context.after(D, |me| me.tick()); context.monitor(&o, |_, exit| { drop(exit); o.b() });",
        "context.every(D, move |me| { spawn(async move { f().await }); me.tick() });",
        "context.pipe(async { f().await }, |me, it| me.set(it)); other.every(D, |me| async { me });",
        "self.context.after(D, |me| async {}); other.pipe(it, |a, b| async {}); context.stop();",
        "context.after(D, |me| me.clone().send()); context.after(D, |me| self.peer().send());",
        "context.every(D, |me| { let me = f(me); me.b(me.n) }); context.every(D, |me| me::b(x.me.n));",
    ] {
        in_block(&format!("{head} {{ {right} }}"), &[]);
    }
}

#[test]
fn a_closure_of_a_context_has_no_fields_of_the_actor() {
    let head = "fn a(&self, context: &Context<Self>)";
    for (body, method, field) in [
        ("context.every(D, |me| me.n += 1);", "every", "n"),
        ("context.after(D, |me| { let n = me.total + 1; me.set(n) });", "after", "total"),
        ("context.attach(s, |me, item| me.add(me.list.len(), item));", "attach", "list"),
        ("context.every(D, |me: &ClockAddr| me.0);", "every", "0"),
    ] {
        let text = format!(
            "the closure of `{method}` has the address of the actor, and not its fields; use \
             `{field}` in a method, and return the call of the method"
        );
        in_block(&format!("{head} {{ {body} }}"), &[(&text, field)]);
    }
}
