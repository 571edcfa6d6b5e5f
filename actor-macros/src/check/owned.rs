//! Layer 3: the types allowed in messages: owned types with a name.
//!
//! It must not resolve names: it sees tokens, so an alias or a macro hides its contents.

use proc_macro2::{Ident, TokenStream};
use syn::punctuated::Punctuated;
use syn::{GenericArgument, Path, PathArguments, Token, Type, TypeParamBound};

use crate::display::display_tokens;
use crate::errors::Errors;
use crate::model::SendHint;
use crate::token_cursor::TokenCursor;

/// Types that are `Send` if and only if their arguments are.
const CONTAINERS: &[&str] =
    &["Vec", "Option", "Result", "Box", "VecDeque", "HashMap", "HashSet", "BTreeMap", "BTreeSet"];

/// Returns the type without invisible groups and parentheses.
pub(super) fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        _ => ty,
    }
}

/// Returns whether a lifetime other than `'static` is named.
pub(super) fn names_lifetime(tokens: TokenStream) -> bool {
    let mut cursor = TokenCursor::new(tokens);
    while !cursor.is_done() {
        if cursor.is_punct(0, '\'') && !cursor.is_ident(1, "static") {
            return true;
        }
        cursor.next();
    }
    false
}

/// Returns `T` for `some::path::Name<T>`.
pub(super) fn single_argument<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = bare(ty) else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == name)?;
    let PathArguments::AngleBracketed(angles) = &last.arguments else { return None };
    let mut arguments = angles.args.iter();
    match (arguments.next(), arguments.next()) {
        (Some(GenericArgument::Type(ty)), None) => Some(ty),
        _ => None,
    }
}

/// Records an error for each part of `ty` that borrows or has no name.
///
/// `borrowed` creates the text from the type to write and the type as written.
pub(super) fn check_owned(
    ty: &Type,
    place: &str,
    borrowed: &dyn Fn(&str, &str) -> String,
    errors: &mut Errors,
) {
    Owned { place, borrowed, errors }.ty(ty);
}

struct Owned<'a> {
    place: &'a str,
    borrowed: &'a dyn Fn(&str, &str) -> String,
    errors: &'a mut Errors,
}

impl Owned<'_> {
    fn ty(&mut self, ty: &Type) {
        match ty {
            Type::Group(group) => self.ty(&group.elem),
            Type::Paren(paren) => self.ty(&paren.elem),
            Type::Array(array) => self.ty(&array.elem),
            Type::Slice(slice) => self.ty(&slice.elem),
            Type::Ptr(pointer) => self.ty(&pointer.elem),
            Type::Tuple(tuple) => tuple.elems.iter().for_each(|elem| self.ty(elem)),
            Type::Path(path) => {
                if let Some(qself) = &path.qself {
                    self.ty(&qself.ty);
                }
                self.path(&path.path);
            }
            Type::Reference(reference) => match &reference.lifetime {
                Some(lifetime) if lifetime.ident == "static" => self.ty(&reference.elem),
                _ => {
                    let text = (self.borrowed)(&owned_form(&reference.elem), &display_tokens(ty));
                    self.errors.push(ty, text);
                }
            },
            Type::TraitObject(object) => self.bounds(&object.bounds),
            Type::ImplTrait(it) => {
                let text = format!(
                    "{} needs a type with a name; write `{}`, or move the method to an ordinary \
                     `impl` block",
                    self.place,
                    named_form(&it.bounds),
                );
                self.errors.push(ty, text);
            }
            // A function pointer may borrow from its caller, and macros are not inspected.
            _ => {}
        }
    }

    fn bounds(&mut self, bounds: &Punctuated<TypeParamBound, Token![+]>) {
        for bound in bounds {
            match bound {
                TypeParamBound::Trait(it) if it.lifetimes.is_none() => self.path(&it.path),
                TypeParamBound::Lifetime(lifetime) => self.lifetime(lifetime),
                _ => {}
            }
        }
    }

    fn path(&mut self, path: &Path) {
        for segment in &path.segments {
            // `Fn(&str)` borrows from its caller.
            let PathArguments::AngleBracketed(angles) = &segment.arguments else { continue };
            let elided = segment.ident == "Cow"
                && !matches!(angles.args.first(), Some(GenericArgument::Lifetime(_)));
            if elided && angles.args.len() == 1 {
                let inner = display_tokens(&angles.args);
                let text =
                    (self.borrowed)(&format!("Cow<'static, {inner}>"), &display_tokens(segment));
                self.errors.push(segment, text);
            }
            for argument in &angles.args {
                match argument {
                    GenericArgument::Lifetime(lifetime) => self.lifetime(lifetime),
                    GenericArgument::Type(ty) => self.ty(ty),
                    GenericArgument::AssocType(assoc) => self.ty(&assoc.ty),
                    _ => {}
                }
            }
        }
    }

    fn lifetime(&mut self, lifetime: &syn::Lifetime) {
        if lifetime.ident != "static" {
            let text = (self.borrowed)("'static", &display_tokens(lifetime));
            self.errors.push(lifetime, text);
        }
    }
}

/// Returns the owned counterpart of a reference to `elem`.
fn owned_form(elem: &Type) -> String {
    match bare(elem) {
        Type::Path(path) => {
            let written = display_tokens(path);
            let (before, name) = written.rsplit_once("::").unwrap_or(("", &written));
            let of_std =
                ["", "std", "core", "alloc"].iter().any(|it| before.split("::").next() == Some(it));
            let owned = match name {
                "str" => return "String".to_owned(),
                "Path" => "PathBuf",
                "OsStr" => "OsString",
                "CStr" => "CString",
                _ => return written,
            };
            match (of_std, before) {
                (false, _) => written,
                (true, "") => owned.to_owned(),
                (true, _) => format!("{before}::{owned}"),
            }
        }
        Type::Slice(slice) => format!("Vec<{}>", display_tokens(&slice.elem)),
        Type::TraitObject(object) => boxed(&object.bounds),
        Type::Reference(inner) => owned_form(&inner.elem),
        other => display_tokens(other),
    }
}

/// Returns the replacement for `impl Bounds`.
fn named_form(bounds: &Punctuated<TypeParamBound, Token![+]>) -> String {
    if let Some(TypeParamBound::Trait(only)) = bounds.first()
        && let Some(last) = only.path.segments.last()
    {
        match (last.ident.to_string().as_str(), &last.arguments) {
            ("Into", PathArguments::AngleBracketed(target)) => return display_tokens(&target.args),
            ("ToString", _) => return "String".to_owned(),
            ("AsRef", PathArguments::AngleBracketed(target)) => {
                if let Some(GenericArgument::Type(ty)) = target.args.first() {
                    return owned_form(ty);
                }
            }
            _ => {}
        }
    }
    boxed(bounds)
}

/// Returns the boxed form, such as `Box<dyn Fn(u8) + Send>`.
fn boxed(bounds: &Punctuated<TypeParamBound, Token![+]>) -> String {
    let sends = if names_send(bounds) { "" } else { " + Send" };
    format!("Box<dyn {}{sends}>", display_tokens(bounds))
}

pub(super) fn names_send(bounds: &Punctuated<TypeParamBound, Token![+]>) -> bool {
    bounds.iter().any(|bound| {
        matches!(bound, TypeParamBound::Trait(it)
            if it.path.segments.last().is_some_and(|last| last.ident == "Send"))
    })
}

/// Returns whether a value of this type contains one of the type `param`, as far as the tokens
/// show.
pub(super) fn contains(ty: &Type, param: &Ident) -> bool {
    match bare(ty) {
        Type::Array(array) => contains(&array.elem, param),
        Type::Tuple(tuple) => tuple.elems.iter().any(|elem| contains(elem, param)),
        Type::Path(path) => path.path.segments.last().is_some_and(|last| match &last.arguments {
            PathArguments::None => path.path.is_ident(param),
            PathArguments::AngleBracketed(angles) => {
                CONTAINERS.iter().any(|name| last.ident == name)
                    && angles
                        .args
                        .iter()
                        .any(|it| matches!(it, GenericArgument::Type(ty) if contains(ty, param)))
            }
            PathArguments::Parenthesized(_) => false,
        }),
        _ => false,
    }
}

/// Guesses whether a type is `Send`, to decide where the compiler reports that it is not.
pub(super) fn send_hint(ty: &Type) -> SendHint {
    match ty {
        Type::Group(group) => send_hint(&group.elem),
        Type::Paren(paren) => send_hint(&paren.elem),
        Type::Array(array) => send_hint(&array.elem),
        Type::Tuple(tuple) => weakest(tuple.elems.iter().map(send_hint)),
        Type::FnPtr(_) | Type::Never(_) => SendHint::Send,
        Type::TraitObject(object) if names_send(&object.bounds) => SendHint::Send,
        Type::Ptr(_) | Type::TraitObject(_) => SendHint::NotSend,
        Type::Reference(reference) => match bare(&reference.elem) {
            Type::Path(path) if path.path.is_ident("str") => SendHint::Send,
            _ => SendHint::Unknown,
        },
        Type::Path(path) => path.path.segments.last().map_or(SendHint::Unknown, |last| {
            let inner = || match &last.arguments {
                PathArguments::AngleBracketed(angles) => weakest(angles.args.iter().map(|it| {
                    if let GenericArgument::Type(ty) = it { send_hint(ty) } else { SendHint::Send }
                })),
                _ => SendHint::Send,
            };
            match last.ident.to_string().as_str() {
                "Rc" | "MutexGuard" | "NonNull" => SendHint::NotSend,
                "bool" | "char" | "str" | "String" | "u8" | "u16" | "u32" | "u64" | "u128"
                | "usize" | "i8" | "i16" | "i32" | "i64" | "i128" | "isize" | "f32" | "f64"
                | "PathBuf" | "Duration" | "Instant" | "SystemTime" => SendHint::Send,
                name if CONTAINERS.contains(&name) => inner(),
                _ => inner().max(SendHint::Unknown),
            }
        }),
        _ => SendHint::Unknown,
    }
}

fn weakest(all: impl Iterator<Item = SendHint>) -> SendHint {
    all.max().unwrap_or(SendHint::Send)
}
