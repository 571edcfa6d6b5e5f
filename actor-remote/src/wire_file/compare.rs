//! The differences of two versions of a protocol, and the effect of each one while nodes of both
//! versions run.
//!
//! An effect covers both directions: from an older node to a newer one, and back.

use super::schema::{Message, Protocol, Shape};
use super::{Difference, Effect, types};
use std::fmt::Display;

/// Returns the differences between the protocols of two files.
pub(super) fn compare(older: &[Protocol], newer: &[Protocol]) -> Vec<Difference> {
    let mut out = Vec::new();
    let mut changes = Changes::new(older, newer, |protocol| std::slice::from_ref(&protocol.name));
    for (old, new) in changes.take_renamed(|_, _| true) {
        let text = format!("it is named `{}` now", new.name);
        out.push(Difference::new(protocol(old), text, Effect::LooksLikeRename));
    }
    for old in &changes.removed {
        out.push(Difference::new(protocol(old), "it was removed", Effect::Breaks));
    }
    for new in &changes.added {
        out.push(Difference::new(protocol(new), "it was added", Effect::Works));
    }
    for (old, new) in changes.common {
        compare_messages(old, new, &mut out);
    }
    if out.is_empty() && !is_same_order(older, newer, |protocol| &protocol.name) {
        out.push(Difference::new("the file", "its protocols are reordered", Effect::Works));
    }
    out
}

fn protocol(protocol: &Protocol) -> String {
    format!("protocol `{}`", protocol.name)
}

fn compare_messages(old: &Protocol, new: &Protocol, out: &mut Vec<Difference>) {
    let place = |message: &Message| format!("`{}`, message `{}`", old.name, message.name);
    let mut changes = Changes::new(&old.messages, &new.messages, |message: &Message| {
        std::slice::from_ref(&message.name)
    });
    let mut types = types::Comparison::new(old, new);
    let renamed = changes.take_renamed(|old, new| types.are_same_message(old, new));
    for (old, new) in renamed {
        let text =
            format!("`{}` with the same types was added, and this one was removed", new.name);
        out.push(
            Difference::new(place(old), text, Effect::LooksLikeRename)
                .because("each node refuses calls of the name that it does not know"),
        );
    }
    for message in &changes.removed {
        out.push(
            Difference::new(place(message), "it was removed", Effect::Breaks)
                .because("their calls of it are refused as unknown"),
        );
    }
    for message in &changes.added {
        out.push(
            Difference::new(place(message), "it was added", Effect::Works)
                .because("a call of it to an older node is refused as unknown"),
        );
    }
    let is_reordered = !is_same_order(&old.messages, &new.messages, |message| &message.name);
    for (old, new) in changes.common {
        let place = place(old);
        if let Some(text) = other_id(old, new) {
            out.push(Difference::new(place, text, Effect::Breaks).because(
                "it is another message, and calls of the other one are refused as unknown",
            ));
            continue;
        }
        types.compare_message(place, old, new);
    }
    let found = types.into_differences();
    if out.is_empty() && found.is_empty() && is_reordered {
        let place = format!("`{}`", old.name);
        out.push(Difference::new(place, "its messages are reordered", Effect::Works));
    }
    out.extend(found);
}

/// Returns the reason why two messages of one name have different ids.
fn other_id(old: &Message, new: &Message) -> Option<String> {
    if old.version != new.version {
        return Some(format!("its version was {}, and is {} now", old.version, new.version));
    }
    if old.is_stream != new.is_stream {
        let form = if new.is_stream { "a stream" } else { "one value" };
        return Some(format!("its reply is {form} now"));
    }
    let names = |message: &Message| -> Vec<String> {
        message.arguments.iter().map(|(name, _)| name.clone()).collect()
    };
    let is_other_id = old.id != new.id;
    let (old, new) = (names(old), names(new));
    let listed = |names: &[String]| match names {
        [] => "none".to_owned(),
        _ => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
    };
    if old == new {
        return is_other_id.then(|| "its id is another one now".to_owned());
    }
    Some(format!("its arguments were {}, and are {} now", listed(&old), listed(&new)))
}

impl Difference {
    pub(super) fn new(place: impl Display, change: impl Display, effect: Effect) -> Self {
        Difference { place: place.to_string(), change: change.to_string(), effect, reason: None }
    }

    pub(super) fn because(self, reason: impl Display) -> Self {
        Difference { reason: Some(reason.to_string()), ..self }
    }
}

/// The items of two lists, matched by their names.
pub(super) struct Changes<'a, T> {
    pub(super) common: Vec<(&'a T, &'a T)>,
    pub(super) removed: Vec<&'a T>,
    pub(super) added: Vec<&'a T>,
}

impl<'a, T> Changes<'a, T> {
    /// Matches the items of two lists. Two items match if they have a name in common.
    pub(super) fn new(old: &'a [T], new: &'a [T], names: impl Fn(&T) -> &[String]) -> Self {
        let is_same = |old: &T, new: &T| names(old).iter().any(|name| names(new).contains(name));
        let mut changes = Changes { common: Vec::new(), removed: Vec::new(), added: Vec::new() };
        for item in old {
            match new.iter().find(|new| is_same(item, new)) {
                Some(new) => changes.common.push((item, new)),
                None => changes.removed.push(item),
            }
        }
        changes.added.extend(new.iter().filter(|new| !old.iter().any(|old| is_same(old, new))));
        changes
    }

    /// Takes the pairs of a removed and an added item that can be one renamed item.
    pub(super) fn take_renamed(
        &mut self,
        mut can_be: impl FnMut(&T, &T) -> bool,
    ) -> Vec<(&'a T, &'a T)> {
        let mut renamed = Vec::new();
        let added = &mut self.added;
        self.removed.retain(|old| match added.iter().position(|new| can_be(old, new)) {
            Some(index) => {
                renamed.push((*old, added.remove(index)));
                false
            }
            None => true,
        });
        renamed
    }
}

/// Returns whether the items that both lists have are in the same order.
pub(super) fn is_same_order<T>(old: &[T], new: &[T], name: impl Fn(&T) -> &String) -> bool {
    let common = |of: &[T], other: &[T]| -> Vec<String> {
        let names = of.iter().map(&name);
        names.filter(|it| other.iter().any(|other| name(other) == *it)).cloned().collect()
    };
    common(old, new) == common(new, old)
}

/// Returns the types of a message as one type.
pub(super) fn signature(message: &Message) -> Shape {
    let arguments = message.arguments.iter().map(|(_, shape)| shape.clone());
    Shape::Tuple(arguments.chain([message.reply.clone()]).collect())
}
