//! Layer 3: trait objects in messages that lack `Send`, and how to write them.
//!
//! It must not reject them: a trait with the name of a standard one may have `Send` as a supertrait.

use quote::quote;
use syn::{GenericArgument, PathArguments, Type, TypeParamBound, TypeTraitObject};

use super::owned;
use crate::display::display_tokens;
use crate::model::{Message, ReplyKind, Role};

/// Standard traits whose objects are `Send` only if the type says so.
const OBJECTS: &[&str] =
    &["Any", "Debug", "Display", "Error", "Fn", "FnMut", "FnOnce", "Iterator", "Read", "Write"];

/// Returns the type with `Send` in its trait objects, or `None` if they already have it.
pub(super) fn of(ty: &Type) -> Option<String> {
    let mut complete = ty.clone();
    complete_type(&mut complete).then(|| display_tokens(&complete))
}

/// Adds `Send`. Returns whether it was missing.
fn complete_type(ty: &mut Type) -> bool {
    match ty {
        Type::Group(group) => complete_type(&mut group.elem),
        Type::Paren(paren) => complete_type(&mut paren.elem),
        Type::Array(array) => complete_type(&mut array.elem),
        Type::Tuple(tuple) => complete_all(tuple.elems.iter_mut()),
        Type::TraitObject(object) => complete_object(object),
        Type::Path(path) => {
            let Some(last) = path.path.segments.last_mut() else { return false };
            // An `Rc` is not `Send`, and the object in an `Arc` has to be `Sync` as well.
            if last.ident == "Rc" || last.ident == "Arc" {
                return false;
            }
            let PathArguments::AngleBracketed(angles) = &mut last.arguments else { return false };
            complete_all(angles.args.iter_mut().filter_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            }))
        }
        _ => false,
    }
}

fn complete_all<'a>(types: impl Iterator<Item = &'a mut Type>) -> bool {
    let mut changed = false;
    for ty in types {
        changed |= complete_type(ty);
    }
    changed
}

fn complete_object(object: &mut TypeTraitObject) -> bool {
    let Some(TypeParamBound::Trait(first)) = object.bounds.first() else { return false };
    let Some(name) = first.path.segments.last().map(|last| last.ident.to_string()) else {
        return false;
    };
    if owned::names_send(&object.bounds) || !OBJECTS.contains(&name.as_str()) {
        return false;
    }
    // `?` converts an error into `Box<dyn Error + Send + Sync>`, but not without `Sync`.
    let missing = if name == "Error" { quote!(Send + Sync) } else { quote!(Send) };
    object.bounds.extend(
        syn::parse2::<TypeTraitObject>(quote!(dyn #missing)).into_iter().flat_map(|it| it.bounds),
    );
    true
}

/// Removes the checks whose conversions would be reported as well, or could not be written.
pub(super) fn keep_simple(message: &mut Message, is_generic: bool) {
    if is_generic || message.options.guard.is_some() {
        message.reply.send_form = None;
    }
    if message.reply.kind == ReplyKind::Later || message.reply.kind.is_stream() {
        message.reply.send_form = None;
    }
    let is_async = message.is_async;
    let has_guard = message.options.guard.is_some();
    for arg in &mut message.args {
        if let Role::Field(field) = &mut arg.role
            && (is_generic || is_async || has_guard || !arg.cfgs.is_empty())
        {
            field.send_form = None;
        }
    }
}
