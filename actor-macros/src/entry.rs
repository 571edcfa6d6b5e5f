//! Layer 5: `#[main]` and `#[test]`: an `async fn` that a system runs.
//!
//! It must not look into the body.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::Parser;
use syn::{Attribute, Signature, Visibility};

use crate::display::display_tokens;
use crate::errors::{Diagnostic, Errors};
use crate::expand;
use crate::model::TestOptions;
use crate::{check, span};

/// The kind of entry.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    Main,
    Test,
}

// Input:  #[actor_core::main] async fn main() -> R { .. }
// Output: fn main() -> R { async fn main() -> R { .. } ::actor_core::__private::main(main()) }
//
// The inner function is the user's as written, so that types are inferred, lints fire and errors
// read as in any `async fn`.
pub(crate) fn expand_entry(
    entry: Entry,
    options: TokenStream,
    item: TokenStream,
) -> (TokenStream, Vec<Diagnostic>) {
    let mut errors = Errors::new();
    let options = match entry {
        Entry::Main => TestOptions {
            crate_path: check::crate_path(options, &mut errors),
            ..TestOptions::default()
        },
        Entry::Test => check::test_options(options, &mut errors),
    };
    let tokens = match read(item.clone()) {
        Ok(function) => {
            let right = check_function(entry, &function, &options, &mut errors);
            match entry {
                Entry::Main => expand_main(&function, options.crate_path.as_ref(), right),
                Entry::Test => expand_test(&function, &options, right),
            }
        }
        Err(error) => {
            errors.push_syntax(&error);
            item
        }
    };
    (tokens, errors.into_diagnostics())
}

struct EntryFn {
    attrs: Vec<Attribute>,
    vis: Visibility,
    signature: Signature,
    body: Group,
}

fn read(item: TokenStream) -> syn::Result<EntryFn> {
    let mut trees: Vec<TokenTree> = item.clone().into_iter().collect();
    let body = match trees.pop() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => group,
        _ => {
            return Err(syn::Error::new_spanned(
                item,
                "expected a function with a body; write `async fn name() { .. }`",
            ));
        }
    };
    let head = |input: syn::parse::ParseStream<'_>| -> syn::Result<_> {
        Ok((input.call(Attribute::parse_outer)?, input.parse()?, input.parse()?))
    };
    let (attrs, vis, signature) = head.parse2(trees.into_iter().collect())?;
    Ok(EntryFn { attrs, vis, signature, body })
}

/// Checks that an entry is an `async fn` without generics, and without arguments except the
/// simulation of a test.
fn check_function(
    entry: Entry,
    function: &EntryFn,
    options: &TestOptions,
    errors: &mut Errors,
) -> bool {
    let before = errors.count();
    let signature = &function.signature;
    let attribute = match entry {
        Entry::Main => "main",
        Entry::Test => "test",
    };
    if entry == Entry::Test {
        for attr in function.attrs.iter().filter(|attr| is_test(attr)) {
            let text = format!(
                "`#[actor_core::test]` is all that a test needs; remove `{}`",
                display_tokens(attr)
            );
            errors.push(attr, text);
        }
    }
    if signature.asyncness.is_none() {
        let name = &signature.ident;
        let text =
            format!("`#[actor_core::{attribute}]` runs an `async fn`; write `async fn {name}`");
        errors.push(signature.fn_token, text);
    }
    if !signature.generics.params.is_empty() {
        let generics = &signature.generics;
        let text = format!(
            "a {attribute} function cannot be generic; remove `{}`",
            display_tokens(generics)
        );
        errors.push(generics, text);
    }
    let inputs = &signature.inputs;
    if inputs.is_empty() {
        return errors.count() == before;
    }
    match entry {
        Entry::Main => errors.push(inputs, "a main function takes no arguments; remove them"),
        Entry::Test if options.real => {
            errors.push(inputs, "a `real` test has no simulation to take; remove the argument");
        }
        Entry::Test if inputs.len() > 1 => {
            errors.push(inputs, "a test takes the simulation and nothing else; write `sim: Sim`");
        }
        Entry::Test => {}
    }
    errors.count() == before
}

fn is_test(attr: &Attribute) -> bool {
    attr.path().segments.last().is_some_and(|last| last.ident == "test")
}

fn expand_main(function: &EntryFn, crate_path: Option<&TokenStream>, right: bool) -> TokenStream {
    let EntryFn { attrs, vis, signature, body } = function;
    let crate_path = expand::crate_path(crate_path, span::hidden());
    let name: &Ident = &signature.ident;
    let output = &signature.output;
    let fn_token = signature.fn_token.to_token_stream();
    let run = if right { quote!(#crate_path::__private::main(#name())) } else { quote!(loop {}) };
    quote_spanned! {name.span()=>
        #(#attrs)*
        #vis #fn_token #name() #output {
            #signature #body
            #run
        }
    }
}

// Input:  #[actor_core::test(seeds = 9)] async fn counts(sim: Sim) -> R { .. }
// Output: #[test] fn counts() {
//             async fn counts(sim: Sim) -> R { .. }
//             ::actor_core::__private::simulate(TestConfig::single_seed().seeds(9), |sim| counts(sim))
//         }
fn expand_test(function: &EntryFn, options: &TestOptions, right: bool) -> TokenStream {
    let EntryFn { attrs, vis, signature, body } = function;
    let crate_path = expand::crate_path(options.crate_path.as_ref(), span::hidden());
    let name: &Ident = &signature.ident;
    let fn_token = signature.fn_token.to_token_stream();
    let attrs = attrs.iter().filter(|attr| !is_test(attr));
    let run = match (right, options.real) {
        (false, _) => quote!(),
        (true, true) => quote!(#crate_path::__private::run_real(#name())),
        (true, false) => {
            let call = match signature.inputs.is_empty() {
                true => quote!(|_| #name()),
                false => quote!(|__sim| #name(__sim)),
            };
            let seeds = options.seeds.as_ref().map(|seeds| quote!(.seeds(#seeds)));
            let explore = options.explore.as_ref().map(|depth| quote!(.explore(#depth)));
            let leftovers = options.leftovers.then(|| quote!(.leftovers()));
            let exact = options.exact_time.then(|| quote!(.exact_time()));
            let plan = quote!(#crate_path::__private::TestConfig::single_seed() #seeds #explore #leftovers #exact);
            quote!(#crate_path::__private::simulate(#plan, #call))
        }
    };
    // By its path, because the short name may mean this macro here.
    quote_spanned! {name.span()=>
        #[::core::prelude::v1::test]
        #(#attrs)*
        #vis #fn_token #name() {
            #signature #body
            #run
        }
    }
}
