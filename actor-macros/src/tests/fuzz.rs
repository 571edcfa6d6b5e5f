//! Thousands of damaged inputs: no panic, never an empty output, always tokens again.

use std::path::Path;
use std::{fs, io};

use proc_macro2::{Group, TokenStream, TokenTree};

use super::{item, our_attribute, tokens};
use crate::actor::expand_actor;
use crate::entry::{Entry, expand_entry};
use crate::token_cursor::TokenCursor;
use quote::quote;

const OPTIONS: &[&str] = &[
    "",
    "capacity = 8, name = \"counter\", turn = 4, crate = ::a::b",
    "unbounded, local, capacity = 0, mailbx = 3",
    "local, crate = crate::c",
];

const ITEMS: &[&str] = &[
    "#[derive(Debug)] pub struct Cache<K: Hash, V = u8, const N: usize = 3>(K, V) where K: Eq;",
    "pub(crate) enum Door<'a> { Open(&'a str), Shut }",
    "impl Account {
        const N: usize = { 3 };
        type T = u8;
        /// Doc.
        #[message] #[cfg(unix)] pub fn deposit(&mut self, mut amount: u64) { self.total += amount; }
        #[must_use] pub async fn withdraw(&self, (a, b): (u8, u8), _: [Self; 3]) -> Result<u64, E> { x }
        fn handle_async(&mut self, ctx: &Context<Self>, #[data] r: Reply<u8>, reply: Reply<Vec<Self>>) {}
        fn close(self) -> Self::Item { self }
        fn bad<T: Into<u8>>(self: Rc<Self>, s: &str, f: impl Fn(&str) -> u8 + Send) -> &u8 where T: X { }
        #[on_start] fn init(&mut self) -> Result<(), String> { Ok(()) }
        #[on_stop] async fn bye(&self, exit: &Exit, ctx: &mut Context<Self>) {}
        #[on_exit] fn gone(&mut self, id: ActorId, exit: Exit) {}
        #[message(skip)] fn helper(&self) {}
        #[message(priority, unbounded)] fn halt(&mut self) {}
        #[message(concurrent, when = true)] async fn read(&self, k: K) -> V { x }
        #[message(when = self.a::<u8, K>(*n) && (x, y) == *p)] fn go(&mut self, mut n: u8, p @ (x, mut y): (u8, u8)) {}
        fn new() -> Self { Self }
        thing! { a b c }
    }",
    "impl<K, V> shop::Cache<K, V> where K: Ord, Self: Sized { fn get(&self, key: K) -> V {} }",
    "impl Display for Counter { fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result { } }",
    "impl<K: Send> shop::Greeter<K> for Robot<K> where K: Eq { #[message(skip)] fn greet(&self, n: u8) {} }",
    "pub unsafe trait Greeter { fn greet(&self) -> String; }",
    "trait Store<K: Send, const N: usize = 1>: Debug + Send where K: Eq {
        const NAME: &'static str; type Item: Clone;
        /// doc
        async fn put(&mut self, key: K, ctx: &Context<Self>, reply: Reply<[u8; N]>) { x }
        fn twin(self) -> Self;
        #[on_stop] fn end(&mut self, exit: &Exit);
        #[message(skip)] fn helper<'a>(&'a self) -> &'a str;
        fn new() -> u8 { 1 }
    }",
    "async fn main() -> Result<(), Box<dyn Error>> { run().await }",
];

/// A small random number generator, so that a failure can be reproduced.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let high = usize::try_from(self.0 >> 33).unwrap_or(0);
        high.checked_rem(end).unwrap_or(0)
    }
}

/// Returns the actors of the corpus that the hostile crates compile: the options and the item of
/// each half.
fn corpus() -> io::Result<Vec<(TokenStream, TokenStream)>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/hostile/corpus.rs");
    let text = fs::read_to_string(file)?.replace("::rt::actor", "actor");
    let mut cursor = TokenCursor::new(tokens(&text));
    let mut found = Vec::new();
    while !cursor.is_done() {
        let attribute = our_attribute(&cursor);
        cursor.next();
        if let Some((_, options)) = attribute {
            cursor.next();
            found.push((options, item(&mut cursor)));
        }
    }
    Ok(found)
}

/// Returns the stream with one token deleted, doubled or swapped, at any depth.
fn damaged(stream: TokenStream, random: &mut Random) -> TokenStream {
    let mut trees: Vec<TokenTree> = stream.into_iter().collect();
    if trees.is_empty() {
        return TokenStream::new();
    }
    let at = random.below(trees.len());
    if let Some(TokenTree::Group(group)) = trees.get(at).cloned()
        && random.below(4) > 0
    {
        let inner = damaged(group.stream(), random);
        trees.splice(at..=at, [TokenTree::Group(Group::new(group.delimiter(), inner))]);
        return trees.into_iter().collect();
    }
    match random.below(3) {
        0 => drop(trees.remove(at)),
        1 => {
            let copy = trees.get(at).cloned();
            if let Some(tree) = copy {
                trees.insert(at, tree);
            }
        }
        _ => {
            let other = random.below(trees.len());
            trees.swap(at, other);
        }
    }
    trees.into_iter().collect()
}

#[test]
fn damaged_input_never_breaks_the_macro() -> io::Result<()> {
    let mut random = Random(20_261_122);
    let options: Vec<TokenStream> = OPTIONS.iter().map(|text| tokens(text)).collect();
    let mut pairs = corpus()?;
    assert!(pairs.len() > 8, "the corpus was not found");
    for text in ITEMS {
        pairs.extend(options.iter().map(|option| (option.clone(), tokens(text))));
    }
    for round in 0..12_000 {
        let pair = pairs.get(random.below(pairs.len())).cloned();
        let (mut option, mut item) = pair.unwrap_or_default();
        for _ in 0..=random.below(4) {
            if random.below(4) == 0 {
                option = damaged(option, &mut random);
            }
            item = damaged(item, &mut random);
        }
        // Half a lifetime, `'`, can be swapped into a position from which it cannot be read again.
        let readable =
            [&option, &item].iter().all(|it| it.to_string().parse::<TokenStream>().is_ok());
        let pretty = format!("round {round}: #[actor({option})] {item}");
        let (made, diagnostics) = match round % 8 {
            0 => expand_entry(Entry::Main, option, item),
            1 => expand_entry(Entry::Test, option, item),
            _ => expand_actor(option, item),
        };
        let text = quote!(#made #(#diagnostics)*).to_string();
        assert!(!text.is_empty(), "no output for {pretty}");
        assert!(!readable || text.parse::<TokenStream>().is_ok(), "no tokens for {pretty}: {text}");
    }
    Ok(())
}
