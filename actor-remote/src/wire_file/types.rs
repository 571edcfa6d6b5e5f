//! The differences of the types in two versions of a protocol.

use super::compare::{Changes, is_same_order, signature};
use super::schema::{Body, Field, Message, Protocol, Shape, Variant};
use super::{Difference, Effect};
use std::collections::HashSet;
use std::fmt::Display;

/// Compares types. Each pair of named types is compared once.
pub(super) struct Comparison<'a> {
    old: &'a Protocol,
    new: &'a Protocol,
    /// The message, as it is displayed.
    place: String,
    /// The pairs of named types that were compared. Unnamed types are identified by their addresses.
    seen: HashSet<(usize, usize)>,
    seen_unnamed: HashSet<(*const Shape, *const Shape)>,
    out: Vec<Difference>,
    /// The number of enclosing calls of [`are_same`](Self::are_same).
    questions: usize,
}

/// The maximum nesting of [`Comparison::are_same`].
const QUESTIONS: usize = 2;

/// A type without the names of newtypes.
enum Resolved<'a> {
    Shape(&'a Shape),
    Named(usize, &'a Body),
}

impl<'a> Comparison<'a> {
    pub(super) fn new(old: &'a Protocol, new: &'a Protocol) -> Self {
        Comparison {
            old,
            new,
            place: String::new(),
            seen: HashSet::new(),
            seen_unnamed: HashSet::new(),
            out: Vec::new(),
            questions: 0,
        }
    }

    pub(super) fn into_differences(self) -> Vec<Difference> {
        self.out
    }

    /// Returns whether one message can be the other one with a new name: their arguments and types are
    /// the same.
    pub(super) fn are_same_message(&self, old: &Message, new: &Message) -> bool {
        let names = |message: &Message| -> Vec<String> {
            message.arguments.iter().map(|(name, _)| name.clone()).collect()
        };
        names(old) == names(new)
            && old.is_stream == new.is_stream
            && self.are_same(&signature(old), &signature(new))
    }

    /// Returns whether two types are the same, assuming that the types being compared are. Calls can nest;
    /// beyond [`QUESTIONS`] levels, types count as different.
    fn are_same(&self, old: &Shape, new: &Shape) -> bool {
        let questions = self.questions + 1;
        let mut fresh = Comparison {
            seen: self.seen.clone(),
            seen_unnamed: self.seen_unnamed.clone(),
            questions,
            ..Comparison::new(self.old, self.new)
        };
        if questions <= QUESTIONS {
            fresh.compare("", old, new);
        }
        questions <= QUESTIONS && fresh.out.is_empty()
    }

    /// Adds the differences of the types in two versions of a message.
    pub(super) fn compare_message(&mut self, place: String, old: &Message, new: &Message) {
        self.place = place;
        for ((name, old), (_, new)) in old.arguments.iter().zip(&new.arguments) {
            self.compare(name, old, new);
        }
        let reply = if new.is_stream { "item" } else { "reply" };
        self.compare(reply, &old.reply, &new.reply);
    }

    fn difference(&self, path: impl Display, change: impl Display, effect: Effect) -> Difference {
        Difference::new(format!("{}, `{path}`", self.place), change, effect)
    }

    /// Compares two types at `path`, such as `order.lines[].sku`.
    fn compare(&mut self, path: &str, old: &Shape, new: &Shape) {
        let (old_resolved, new_resolved) = (resolve(self.old, old), resolve(self.new, new));
        if let (Resolved::Shape(old), Resolved::Shape(new)) = (&old_resolved, &new_resolved)
            && !self.seen_unnamed.insert((*old, *new))
        {
            return;
        }
        match (old_resolved, new_resolved) {
            (Resolved::Named(old, old_body), Resolved::Named(new, new_body)) => {
                if self.seen.insert((old, new)) {
                    self.compare_bodies(path, old_body, new_body);
                }
            }
            (Resolved::Shape(Shape::Option(old)), Resolved::Shape(Shape::Option(new))) => {
                self.compare(path, old, new);
            }
            (_, Resolved::Shape(Shape::Option(new))) if self.are_same(old, new) => self.out.push(
                self.difference(path, "it is optional now", Effect::Breaks)
                    .because("an older node refuses values without it"),
            ),
            (Resolved::Shape(Shape::Option(old)), _) if self.are_same(old, new) => self.out.push(
                self.difference(path, "it is not optional any more", Effect::Breaks)
                    .because("this version refuses values without it"),
            ),
            (Resolved::Shape(old), Resolved::Shape(new)) => self.compare_shapes(path, old, new),
            _ => self.other_type(path, old, new),
        }
    }

    fn compare_shapes(&mut self, path: &str, old: &Shape, new: &Shape) {
        match (old, new) {
            (Shape::Leaf(old), Shape::Leaf(new)) if old == new => {}
            (Shape::Address(old), Shape::Address(new)) if old == new => {}
            (Shape::Sequence(old), Shape::Sequence(new)) => {
                self.compare(&format!("{path}[]"), old, new);
            }
            (Shape::Map(old_key, old), Shape::Map(new_key, new)) => {
                self.compare(&format!("{path} (key)"), old_key, new_key);
                self.compare(&format!("{path}[]"), old, new);
            }
            (Shape::Tuple(old), Shape::Tuple(new)) if old.len() == new.len() => {
                for (index, (old, new)) in old.iter().zip(new).enumerate() {
                    self.compare(&format!("{path}.{index}"), old, new);
                }
            }
            _ => self.other_type(path, old, new),
        }
    }

    fn other_type(&mut self, path: &str, old: &Shape, new: &Shape) {
        let text =
            format!("its type was `{}`, and is `{}` now", self.old.shown(old), self.new.shown(new));
        self.out.push(
            self.difference(path, text, Effect::Breaks).because(
                "values of one type are refused where the other one does not include them",
            ),
        );
    }

    fn compare_bodies(&mut self, path: &str, old: &Body, new: &Body) {
        match (old, new) {
            (
                Body::Struct { fields: old, is_strict: was_strict },
                Body::Struct { fields: new, is_strict },
            ) => {
                self.compare_fields(path, (old, *was_strict), (new, *is_strict));
            }
            (
                Body::Enum { variants: old, tag: old_tag },
                Body::Enum { variants: new, tag: new_tag },
            ) if old_tag == new_tag => self.compare_variants(path, old, new),
            _ => {
                let text = "it is encoded as another kind of type now";
                self.out.push(self.difference(path, text, Effect::Breaks));
            }
        }
    }

    fn compare_fields(
        &mut self,
        path: &str,
        (old, was_strict): (&[Field], bool),
        (new, is_strict): (&[Field], bool),
    ) {
        let before = self.out.len();
        let mut changes = Changes::new(old, new, |field: &Field| &field.names);
        let mut renamed = changes.take_renamed(|old, new| self.are_same(&old.shape, &new.shape));
        renamed.extend(changes.take_renamed(|old, new| old.has_default && new.has_default));
        for (old, new) in renamed {
            let path = join(path, &old.names);
            let text = format!("it was removed, and `{}` was added", new.names[0]);
            let reason = match (old.has_default, new.has_default) {
                (true, true) => {
                    "each node reads the default in place of the value of the other one"
                }
                _ => "values of one of them are refused",
            };
            let difference = self.difference(path, text, Effect::LooksLikeRename);
            self.out.push(difference.because(reason));
        }
        for old in &changes.removed {
            let difference =
                |effect| self.difference(join(path, &old.names), "it was removed", effect);
            self.out.push(match (old.has_default, is_strict) {
                (true, false) => {
                    difference(Effect::Works).because("an older node reads its default")
                }
                (false, _) => difference(Effect::Breaks)
                    .because("an older node refuses values without it: it has no default there"),
                (true, true) => difference(Effect::Breaks)
                    .because("this version refuses values with it: it denies unknown fields"),
            });
        }
        for new in &changes.added {
            let default = if new.has_default { "with a default" } else { "without a default" };
            let text = format!("it was added {default}");
            let difference = |effect| self.difference(join(path, &new.names), text, effect);
            self.out.push(match (new.has_default, was_strict) {
                (true, false) => difference(Effect::Works).because("an older node ignores it"),
                (false, _) => difference(Effect::Breaks)
                    .because("this version refuses the values of an older node, which lack it"),
                (true, true) => difference(Effect::Breaks)
                    .because("an older node refuses values with it: it denies unknown fields"),
            });
        }
        for (old, new) in &changes.common {
            let path = join(path, &old.names);
            self.compare_names(&path, &old.names, &new.names);
            let was_option = matches!(old.shape, Shape::Option(_));
            if was_option == matches!(new.shape, Shape::Option(_)) {
                self.compare_defaults(&path, old.has_default, new.has_default);
            }
            self.compare(&path, &old.shape, &new.shape);
        }
        if was_strict != is_strict {
            let text = if is_strict {
                "it denies unknown fields now"
            } else {
                "it ignores unknown fields now"
            };
            self.out.push(self.difference(path, text, Effect::Works));
        }
        if self.out.len() == before && !is_same_order(old, new, |field| &field.names[0]) {
            self.out.push(self.difference(path, "its fields are reordered", Effect::Works));
        }
    }

    fn compare_defaults(&mut self, path: &str, old: bool, new: bool) {
        self.out.extend(match (old, new) {
            (true, false) => Some(
                self.difference(path, "it has no default any more", Effect::Breaks)
                    .because("this version refuses values that lack it"),
            ),
            (false, true) => Some(self.difference(path, "it has a default now", Effect::Works)),
            _ => None,
        });
    }

    fn compare_variants(&mut self, path: &str, old: &[Variant], new: &[Variant]) {
        let before = self.out.len();
        let mut changes = Changes::new(old, new, |variant: &Variant| &variant.names);
        let renamed = changes.take_renamed(|old, new| match (&old.payload, &new.payload) {
            (Some(old), Some(new)) => self.are_same(old, new),
            (old, new) => old.is_none() && new.is_none(),
        });
        for (old, new) in renamed {
            let text = format!("it was removed, and `{}` was added", new.names[0]);
            self.out.push(
                self.difference(join(path, &old.names), text, Effect::LooksLikeRename).because(
                    "values of the new name are not read by an older node, and vice versa",
                ),
            );
        }
        let other = |variants: &[Variant], variant: &Variant| {
            let is_unit = variant.payload.is_none();
            let other = variants.iter().find(|variant| is_unit && variant.is_other);
            other.map(|it| it.names[0].clone())
        };
        for removed in &changes.removed {
            let difference =
                |effect| self.difference(join(path, &removed.names), "it was removed", effect);
            self.out.push(match other(new, removed) {
                Some(other) => difference(Effect::Works)
                    .because(format!("this version reads `{other}` instead of it")),
                None => difference(Effect::Breaks).because("this version refuses values with it"),
            });
        }
        for added in &changes.added {
            let place = join(path, &added.names);
            let difference = self.difference(place, "it was added", Effect::Works);
            self.out.push(match other(old, added) {
                Some(other) => {
                    difference.because(format!("an older node reads `{other}` instead of it"))
                }
                None => difference
                    .because("as long as it is not sent to them: an older node refuses it"),
            });
        }
        for (old, new) in &changes.common {
            let path = join(path, &old.names);
            self.compare_names(&path, &old.names, &new.names);
            if old.is_other != new.is_other {
                let reads = if new.is_other { "reads" } else { "does not read" };
                let text = format!("it {reads} unit variants of any other name now");
                self.out.push(self.difference(&path, text, Effect::Works));
            }
            match (&old.payload, &new.payload) {
                (Some(old), Some(new)) => self.compare(&path, old, new),
                (None, None) => {}
                _ => self.out.push(self.difference(
                    path,
                    "one version has a value in it, and the other one has none",
                    Effect::Breaks,
                )),
            }
        }
        if self.out.len() == before && !is_same_order(old, new, |variant| &variant.names[0]) {
            self.out.push(self.difference(path, "its variants are reordered", Effect::Works));
        }
    }

    fn compare_names(&mut self, path: &str, old: &[String], new: &[String]) {
        for name in old.iter().filter(|name| !new.contains(name)) {
            let text = format!("the name `{name}` is not read any more");
            self.out.push(self.difference(path, text, Effect::Breaks));
        }
        for name in new.iter().filter(|name| !old.contains(name)) {
            let text = format!("the name `{name}` is read as well");
            self.out.push(
                self.difference(path, text, Effect::Works)
                    .because("as long as it is written under a name that an older node reads"),
            );
        }
    }
}

/// Returns the path to a field or variant.
fn join(path: &str, names: &[String]) -> String {
    format!("{path}.{}", names[0])
}

fn resolve<'a>(protocol: &'a Protocol, mut shape: &'a Shape) -> Resolved<'a> {
    // The limit ends a cycle of newtypes: a chain without a cycle has each type at most once.
    for _ in 0..=protocol.types.len() {
        let Shape::Named(index) = shape else { return Resolved::Shape(shape) };
        match &protocol.types[*index].body {
            Body::Same(inner) => shape = inner,
            body => return Resolved::Named(*index, body),
        }
    }
    Resolved::Shape(shape)
}
